"""Where people land: their own page, and the district's."""
