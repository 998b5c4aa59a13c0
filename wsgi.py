"""What gunicorn and `flask --app wsgi` load."""

from __future__ import annotations

import sys

import config
from pdtrack.app import create_app

try:
    app = create_app(config.load())
except config.SettingsError as error:
    sys.exit(f"pdtrack cannot start. {error}")
