"""Feeds that keep the calendars of educators and offices right."""
