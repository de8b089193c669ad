"""Two hundred quotes that must replay on every commit: `python -m tests.golden.make` renews them.

They are renewed only with a new version of the rules or of the document's schema; see ADR 10.
"""
