"""Checks of a lab, beside those of envdoctor."""
