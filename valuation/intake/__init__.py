"""Files of sales and of stock, read line by line through a mapping file, without pandas."""
