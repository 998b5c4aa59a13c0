"""What ships in deploy/ knows the program: its commands, its settings, and its secret addresses."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from flask import Flask

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
# Whose meaning others gave: SQLAlchemy's usual name, gunicorn, prometheus_client, PostgreSQL.
FOREIGN = {"DATABASE_URL", "PROMETHEUS_MULTIPROC_DIR", "PDTRACK_BIND", "PDTRACK_METRICS_EMPTIED"}
SECRET = "a-secret-that-opens-something"


def caddy_masks(path: str) -> str:
    found = re.search(r'regexp "(.+)" "\$\{1\}…"', (DEPLOY / "Caddyfile").read_text())
    assert found
    return re.sub(found[1].replace('\\"', '"'), r"\1…", path)


def nginx_masks(path: str) -> str:
    found = re.search(r"~\^(.+) \$beginning\.\.\.;", (DEPLOY / "nginx-site.conf").read_text())
    assert found
    shown = re.match(found[1].replace("?<", "?P<"), path)
    return f"{shown['beginning']}..." if shown else path


@pytest.mark.parametrize("masks", [caddy_masks, nginx_masks])
def test_no_proxy_logs_an_address_that_opens_something(app: Flask, masks: object) -> None:
    assert callable(masks)
    secret = [
        rule.rule.replace("<token>", SECRET)
        for rule in app.url_map.iter_rules()
        if "token" in rule.arguments
    ]
    assert len(secret) >= 5

    assert [path for path in secret if SECRET in masks(path)] == []
    assert masks("/sessions/12?topic=reading") == "/sessions/12?topic=reading"


@pytest.mark.parametrize("unit", UNITS, ids=lambda each: each.stem)
def test_units_run_commands_that_there_are(app: Flask, unit: Path) -> None:
    command = shlex.split(re.findall(r"^ExecStart=(.+)$", unit.read_text(), re.MULTILINE)[0])

    if command[0].endswith("flask"):
        assert command[1:3] == ["--app", "wsgi"]
        assert command[3] in app.cli.commands
    else:
        assert command[1:] == ["-c", "deploy/gunicorn.conf.py", "wsgi:app"]
        assert (DEPLOY.parent / command[2]).is_file()


def test_units_are_all_locked_in_alike() -> None:
    begins = ("NoNew", "Capab", "Lock", "Private", "Protect", "Restrict", "SystemCall")
    locks = {
        unit.stem: {
            line
            for line in unit.read_text().splitlines()
            if line.startswith(begins) and not line.startswith("RestartPrevent")
        }
        for unit in UNITS
    }

    assert len(locks) == 3
    assert locks["pdtrack-web"] == locks["pdtrack-worker"] == locks["pdtrack-backup"]
    assert "ProtectSystem=strict" in locks["pdtrack-web"]


@pytest.mark.parametrize("name", ["environment.example", "compose.yaml", "Dockerfile"])
def test_settings_that_are_set_exist(name: str) -> None:
    known = set(re.findall(r'"([A-Z_0-9]+)"', (DEPLOY.parent / "config.py").read_text()))

    used = set(re.findall(r"\b((?:PDTRACK|DATABASE|PROMETHEUS)_[A-Z_0-9]+)\b", read(name)))

    assert used
    assert used - known - FOREIGN == set()


def read(name: str) -> str:
    return (DEPLOY / name).read_text()
