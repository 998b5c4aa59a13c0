"""What may be done about organizations: one module a noun, each function one transaction."""
