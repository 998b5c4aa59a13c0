"""Tests of what is on offer."""
