"""What anybody sees: the catalog, a page for each session and each collaborative."""
