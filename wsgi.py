"""What gunicorn and `flask --app wsgi` load."""
# ruff: noqa: E402 - the collector has to rest before anything else is loaded.

from __future__ import annotations

import gc

# What is loaded now stays for good. The collector of garbage would look through it again and
# again, which takes a fifth of the start and a fifteenth of every answer afterwards.
gc.disable()

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

gc.freeze()
gc.enable()
