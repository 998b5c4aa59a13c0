"""What may be done about people: one module a noun, each function one transaction."""
