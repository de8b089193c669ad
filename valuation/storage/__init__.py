"""Quotes and their events in a database."""
