"""Signed receipts of quotes and of their later steps: keys, envelope, check, page, PDF.

Nothing here imports its library (cryptography, Jinja2, ReportLab, segno) before it is used: a
process that only quotes never pays for them.
"""
