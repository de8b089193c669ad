"""The route and its flag on the demo market, held against an oracle that knows the sale price."""
