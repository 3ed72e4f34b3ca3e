"""A fake NVIDIA machine: libraries, nvidia-smi and system files that behave as a profile says. See `machines`."""
