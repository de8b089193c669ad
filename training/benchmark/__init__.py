"""The benchmark: every method on the same folds, rows and columns (`make benchmark DATA=…`)."""
