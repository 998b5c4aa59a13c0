"""Answers across features, for districts, coordinators and boards."""
