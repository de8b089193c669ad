"""What a shop does: issue a quote, find it, take it on, give a receipt, value a stock list."""
