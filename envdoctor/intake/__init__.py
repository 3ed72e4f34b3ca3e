"""Makes a snapshot of what people paste: no machine is asked, no code is run, and what is not said stays unknown."""
