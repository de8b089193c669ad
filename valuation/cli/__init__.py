"""The terminal: one entry point, each command loaded when it is called."""
