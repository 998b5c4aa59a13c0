"""Collaboratives, their member districts, and the schools in them."""
