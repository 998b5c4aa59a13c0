"""What gunicorn and `flask --app wsgi` load."""

from __future__ import annotations

import gc
import sys

import config
from pdtrack.app import create_app
from pdtrack.demo import surroundings

try:
    app = create_app(config.load())
    with app.app_context():
        reason = surroundings.why_not_to_start()
except config.SettingsError as error:
    reason = str(error)
if reason is not None:
    sys.stderr.write(f"pdtrack cannot start. {reason}\n")
    sys.exit(3)  # On any other code gunicorn starts its workers again, forever.

# What is loaded now stays for good: the collector of garbage need not look through it again
# and again, which took a fifteenth of every answer.
gc.collect()
gc.freeze()
