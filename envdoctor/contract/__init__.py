"""A project's contract: `envdoctor.toml` says what it needs; the checks PRJ001 and following judge it."""
