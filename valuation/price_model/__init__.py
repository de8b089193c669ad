"""Price models as files: load, check, and price devices from them."""
