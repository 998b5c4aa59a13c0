"""The product in a real browser, with its real server, worker and mail."""
