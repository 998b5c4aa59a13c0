"""Taking a place in a session: registering, waiting in line, cancelling."""
