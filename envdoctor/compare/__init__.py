"""What differs between two machines, or between a machine now and then, ranked by what it can matter for."""
