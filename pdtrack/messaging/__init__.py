"""Reminders that reach everybody on a roster in time."""
