"""The training side: sales in, a checked and compared bundle out."""
