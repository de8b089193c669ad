"""The trade-in valuation service: quotes, routes and their reasons."""
