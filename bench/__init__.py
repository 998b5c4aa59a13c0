"""Measuring pdtrack against the least that a Flask application could do, in one run."""
