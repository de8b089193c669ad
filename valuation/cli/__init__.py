"""The terminal: one entry point, sub-commands loaded as they are used."""
