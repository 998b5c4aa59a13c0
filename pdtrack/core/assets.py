"""Static files: each address carries a fingerprint, so that browsers may keep it for good."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request
from flask.wrappers import Response

_YEAR = 365 * 24 * 3600


def init_app(app: Flask) -> None:
    """Fingerprint every address of a static file and let browsers keep what they fetched."""
    folder = Path(app.static_folder or "static")
    app.jinja_env.globals["url_for"] = _addresses(app)
    known: dict[str, str] = {}  # A page names twenty files: none is looked at twice.

    @app.url_defaults
    def add_fingerprint(endpoint: str, values: dict[str, Any]) -> None:
        if endpoint != "static" or "filename" not in values or "v" in values:
            return
        name = values["filename"]
        if name in known and not app.debug:
            values["v"] = known[name]
        elif (path := folder / name).is_file():
            # In development files change under us: their time is part of the cache's key.
            known[name] = _fingerprint(path, path.stat().st_mtime_ns if app.debug else 0)
            values["v"] = known[name]

    @app.after_request
    def keep(response: Response) -> Response:
        from_static = request.endpoint == "static"
        if from_static and "v" in request.args and response.status_code in {200, 304}:
            response.cache_control.max_age = _YEAR
            response.cache_control.public = True
            response.cache_control.immutable = True
            response.cache_control.no_cache = None
        return response


def _addresses(app: Flask) -> Callable[..., str]:
    """Return what writes addresses in templates: those of files are the same on every page."""
    known: dict[str, str] = {}

    def url_for(endpoint: str, **values: Any) -> str:
        if endpoint != "static" or app.debug or values.keys() != {"filename"}:
            return app.url_for(endpoint, **values)
        name = values["filename"]
        if name not in known:
            known[name] = app.url_for(endpoint, **values)
        return known[name]

    return url_for


@cache
def _fingerprint(path: Path, _changed_at: int) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
