"""Every address of the site, asked for by everybody who must not get it."""
