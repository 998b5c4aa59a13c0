"""Every setting says what it is for, and is for something."""

from __future__ import annotations

import ast
from pathlib import Path

from flask import Flask

from tests.conventions import source

CONFIG = source.Module(source.ROOT / "config.py")
# Settings that libraries read, by how their names begin.
OF_LIBRARIES = ("SQLALCHEMY_", "WTF_")


def test_every_setting_has_a_comment() -> None:
    lines = ["", *CONFIG.text.splitlines()]
    silent: list[str] = []
    before = ""
    for node, name in _settings():
        has_comment = lines[node.lineno - 1].lstrip().startswith("#")
        # One comment may speak for several in a row that begin alike: SESSION_COOKIE_….
        is_alike = name.split("_")[:2] == before.split("_")[:2] and before not in silent
        if not has_comment and not is_alike:
            silent.append(name)
        before = name

    assert not silent, source.listed(silent, "Say above each in config.py what it is for.")


def test_every_setting_is_used() -> None:
    files = [*_files("pdtrack", ".py"), *_files("templates", ""), source.ROOT / "wsgi.py"]
    texts = [path.read_text(encoding="utf-8") for path in files]
    unused = [
        name
        for _, name in _settings()
        if name not in Flask.default_config
        and not name.startswith(OF_LIBRARIES)
        and not any(name in text for text in texts)
    ]

    assert not unused, source.listed(unused, "Use these settings, or take them out of config.py.")


def test_settings_are_read_from_the_environment_only_in_config() -> None:
    problems = [
        module.name
        for module in source.modules()
        if any(name in ("os.environ", "os.getenv") for _, name in source.imports(module))
        or "os.environ" in module.text
        or "os.getenv" in module.text
    ]

    assert not problems, source.listed(problems, "Read the environment in config.py alone.")


def _settings() -> list[tuple[ast.Constant, str]]:
    return [
        (key, key.value)
        for node in ast.walk(CONFIG.tree)
        if isinstance(node, ast.Dict)
        for key in node.keys
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and key.value.isupper()
    ]


def _files(folder: str, ending: str) -> list[Path]:
    files = (source.ROOT / folder).rglob(f"*{ending}")
    return [path for path in files if path.is_file() and "__pycache__" not in path.parts]
