"""What a worker does without HTTP: a certificate, a feed, a report. Processor time throughout."""

from __future__ import annotations

import csv
import gc
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import true

from bench import data
from bench.figures import Figures
from pdtrack.attendance import actions as attendance
from pdtrack.attendance import queries as attendance_queries
from pdtrack.catalog.models import CourseSession
from pdtrack.certificates import actions as certificates
from pdtrack.certificates import documents
from pdtrack.certificates.models import Paper
from pdtrack.core import clock, tables
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from pdtrack.reports import attendance as report
from pdtrack.reports.attendance import Period

CERTIFICATE_MS = 30
FEED_NEW_MS, FEED_KNOWN_MS, FEED_SAME_MS = 300, 60, 5
REPORT_ROWS, REPORT_SESSIONS = 100_000, 200
CSV_RATIO, CSV_MEGABYTES = 1.3, 50


def cpu_ms(work: Callable[[], object], *, times: int = 1) -> float:
    """Return the processor time of a piece of work in milliseconds, the median of several."""
    taken = []
    for _ in range(times):
        started = time.process_time()
        work()
        taken.append((time.process_time() - started) * 1000)
    return sorted(taken)[len(taken) // 2]


def certificate(figures: Figures) -> None:
    """Print one certificate again and again, as a warm worker does."""
    figures.section("A certificate from a warm worker")
    with tempfile.TemporaryDirectory() as root:
        app = data.application(Path(root), 8000)
        with app.app_context():
            data.organizations()
            data.people(1)
            data.sessions(1, in_days=-40)
            data.attendance(sessions_from=1, people_each=1)
            course_session = db.session.get_one(CourseSession, 1)
            [registration] = attendance_queries.expected(course_session)
            attendance.mark_rest_present(
                course_session=course_session,
                part=attendance_queries.parts(course_session)[0],
                actor=SYSTEM,
            )
            [issued] = certificates.issue(
                course_session=course_session, registration_ids=[registration.id], actor=SYSTEM
            )
            gc.collect()
            gc.freeze()  # As wsgi.py does, which the worker loads.
            for _ in range(3):
                documents.certificate_pdf(issued, Paper.LETTER)
            taken = cpu_ms(lambda: documents.certificate_pdf(issued, Paper.LETTER), times=30)
            gc.unfreeze()
    figures.show(
        "Letter, landscape, tagged, with QR code",
        f"{taken:.0f} ms",
        bound=f"at most {CERTIFICATE_MS} ms",
        holds=taken <= CERTIFICATE_MS,
    )


def feed(figures: Figures) -> None:
    """Read a feed of 1,000 sessions: from nothing, built before, and not changed."""
    figures.section("A feed of 1,000 sessions")
    with tempfile.TemporaryDirectory() as root:
        app = data.application(Path(root), 8000)
        with app.app_context():
            data.organizations()
            data.sessions(1000)
        client = app.test_client()
        address, host = "/calendars/collaboratives/bench.ics", "http://127.0.0.1:8000"

        def read(**headers: str) -> Any:
            return client.get(address, base_url=host, headers=headers)

        client.get("/healthz", base_url=host)
        new = cpu_ms(read)
        known = cpu_ms(read, times=7)
        etag = read().headers["ETag"]
        same = cpu_ms(lambda: read(**{"If-None-Match": etag}), times=15)
        assert read(**{"If-None-Match": etag}).status_code == 304  # noqa: PLR2004
    for what, taken, most in (
        ("from nothing", new, FEED_NEW_MS),
        ("when nothing changed since the last build", known, FEED_KNOWN_MS),
        ("answered with 304", same, FEED_SAME_MS),
    ):
        figures.show(what, f"{taken:.1f} ms", bound=f"at most {most} ms", holds=taken <= most)


def attendance_report(figures: Figures) -> None:
    """Write the attendance report of 100,000 rows, each file in a process of its own."""
    figures.section("The attendance report, 100,000 rows of 21 columns")
    with tempfile.TemporaryDirectory() as root:
        app = data.application(Path(root), 8000)
        with app.app_context():
            data.organizations()
            data.people(REPORT_ROWS // REPORT_SESSIONS)
            data.sessions(REPORT_SESSIONS, in_days=-60)
            data.attendance(sessions_from=1, people_each=REPORT_ROWS // REPORT_SESSIONS)
            db.session.remove()
            db.engine.dispose()
        measured = {kind: _in_a_process(kind, root) for kind in ("writer", "chunks", "csv", "xlsx")}
    (writer_s, _), (chunks_s, _) = measured["writer"], measured["chunks"]
    (csv_s, csv_mb), (xlsx_s, xlsx_mb) = measured["csv"], measured["xlsx"]
    ratio = chunks_s / writer_s
    figures.show("csv.writer over cells formatted before", f"{writer_s:.2f} s")
    figures.show(
        "CSV from the same rows, formatting included",
        f"{chunks_s:.2f} s  {ratio:.2f}",
        bound="at most 1.3 times csv.writer",
        holds=ratio <= CSV_RATIO,
    )
    figures.show(
        f"CSV read from the database and sent, in {csv_s:.1f} s: grown by",
        f"{csv_mb:.0f} MB",
        bound="at most 50 MB",
        holds=csv_mb <= CSV_MEGABYTES,
    )
    figures.show(f"XLSX the same way, in {xlsx_s:.1f} s: grown by", f"{xlsx_mb:.0f} MB")


def _in_a_process(kind: str, root: str) -> tuple[float, float]:
    command = [sys.executable, "-m", "bench.inside", kind, root]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    seconds, megabytes = done.stdout.split()[-2:]
    return float(seconds), float(megabytes)


def write(app: Flask, kind: str) -> None:
    """Write the report in one of the ways, and print seconds and grown megabytes."""
    period = Period(clock.today() - timedelta(days=400), clock.today() + timedelta(days=400))
    columns = report.columns()

    def rows() -> Iterator[Any]:
        return report.stream(true(), period)

    with app.app_context():
        # Formatting the cells is work that both ways share, so it is done before the clock runs.
        kept = list(rows()) if kind in {"writer", "chunks"} else []
        ready = kept if kind == "writer" else []
        cells = [[cell.machine for cell in row] for row in tables.screen_rows(columns, ready)]
        next(rows())
        before = _peak_megabytes()
        started = time.process_time()
        if kind == "writer":
            csv.writer(io.StringIO()).writerows(cells)
        elif kind in {"chunks", "csv"}:
            for _ in tables.csv_chunks(columns, kept or rows()):
                pass
        else:
            tables.xlsx_file(columns, rows(), title="attendance").close()
        taken = time.process_time() - started
    print(f"{taken:.3f} {_peak_megabytes() - before:.1f}")


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    write(data.application(Path(sys.argv[2]), 8000), sys.argv[1])
