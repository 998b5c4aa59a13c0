"""A state full of invented people, so that anybody can try everything before trusting it."""
