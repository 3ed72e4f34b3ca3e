"""One module for each kind of text that people paste. Each reads lines and notes claims; none decides anything."""
