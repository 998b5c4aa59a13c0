"""Tests of people, signing in and what they may do."""
