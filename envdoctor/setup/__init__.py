"""Makes an environment of a recommendation or of a lock: plan first, then carry out; half of one never stays."""
