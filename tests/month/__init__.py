"""A month of a demo shop, from quotes to the report of impact."""
