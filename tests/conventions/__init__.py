"""The conventions that a tool can check, each failure saying what to type."""
