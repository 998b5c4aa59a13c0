"""A small Massachusetts to try everything in: invented people, real organizations."""
