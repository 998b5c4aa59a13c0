"""Tests of how the installation is run."""
