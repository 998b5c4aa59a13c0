"""The yardstick: one page of 25 rows by one indexed query, and a registration in two requests.

No sessions, no mail, no policies, no waitlist: whatever does more is slower than this.
"""

from __future__ import annotations

import os
import sqlite3

from flask import Flask, Response, g, redirect, render_template_string, request

PAGE = """<!doctype html><html lang="en"><title>Sessions</title><h1>Sessions</h1><table>
{% for row in rows %}<tr><td>{{ row[0] }}</td><td>{{ row[1] }}</td><td>{{ row[2] }}</td>
<td>{{ row[3] }}</td></tr>{% endfor %}</table></html>"""
FORM = """<!doctype html><html lang="en"><title>Register</title><h1>{{ title }}</h1>
<form method="post"><input name="person"><button>Register</button></form></html>"""
SCHEMA = """
CREATE TABLE sessions (id INTEGER PRIMARY KEY, title TEXT, starts_at TEXT, town TEXT, free INTEGER);
CREATE INDEX sessions_starts_at ON sessions (starts_at);
CREATE TABLE registrations (id INTEGER PRIMARY KEY, session_id INTEGER, person TEXT);
CREATE TABLE history (id INTEGER PRIMARY KEY, registration_id INTEGER, what TEXT);
"""

app = Flask(__name__)


def prepare(path: str, *, sessions: int) -> None:
    """Make the yardstick's database."""
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(SCHEMA)
        connection.executemany(
            "INSERT INTO sessions (title, starts_at, town, free) VALUES (?, ?, ?, ?)",
            [
                (f"Session {number}", f"2027-01-{number % 28 + 1:02}", "Northampton", 1_000_000)
                for number in range(sessions)
            ],
        )


def connection() -> sqlite3.Connection:
    """Return this worker's connection."""
    if "connection" not in g:
        g.connection = sqlite3.connect(os.environ["REFERENCE_DB"], isolation_level=None)
        g.connection.execute("PRAGMA synchronous = NORMAL")
        g.connection.execute("PRAGMA busy_timeout = 20000")
    opened: sqlite3.Connection = g.connection
    return opened


@app.teardown_appcontext
def close(_error: BaseException | None) -> None:
    """Close the request's connection."""
    if "connection" in g:
        g.connection.close()


@app.get("/page")
def page() -> str:
    """Show 25 rows."""
    rows = connection().execute(
        "SELECT id, title, starts_at, town FROM sessions ORDER BY starts_at LIMIT 25"
    )
    return render_template_string(PAGE, rows=rows.fetchall())


@app.get("/register/<int:session_id>")
def form(session_id: int) -> str:
    """Show the form."""
    row = connection().execute("SELECT title FROM sessions WHERE id = ?", [session_id]).fetchone()
    return render_template_string(FORM, title=row[0])


@app.post("/register/<int:session_id>")
def register(session_id: int) -> tuple[str, int] | Response:
    """Take a place if there is one."""
    open_connection = connection()
    open_connection.execute("BEGIN IMMEDIATE")
    taken = open_connection.execute(
        "UPDATE sessions SET free = free - 1 WHERE id = ? AND free > 0", [session_id]
    )
    if not taken.rowcount:
        open_connection.execute("ROLLBACK")
        return "full", 409
    made = open_connection.execute(
        "INSERT INTO registrations (session_id, person) VALUES (?, ?)",
        [session_id, request.form["person"]],
    )
    open_connection.execute(
        "INSERT INTO history (registration_id, what) VALUES (?, 'registered')", [made.lastrowid]
    )
    open_connection.execute("COMMIT")
    return redirect("/page")  # type: ignore[return-value]  # Werkzeug's response.
