"""The date of the compatibility tables, where it can be had without them."""

DATE = "2026-11-20"
"""The day on which the facts were gathered; every table repeats it."""
