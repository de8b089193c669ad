"""A month of the demo market at a shop's tills: from quotes to the report of impact."""
