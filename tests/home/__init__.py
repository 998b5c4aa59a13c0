"""Tests of where people land."""
