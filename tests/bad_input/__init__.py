"""Everything that nobody should send, sent to every address and every field."""
