"""The coordinator's pages: what needs attention now, and the session editor."""
