"""The import commands, as operators type them."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from sqlalchemy import func, select

from pdtrack.core.db import db
from pdtrack.organizations.models import District, School
from tests import make

DATA = Path(__file__).parent.parent.parent / "data"


def run(app: Flask, *words: str | Path) -> tuple[int, str]:
    result = app.test_cli_runner().invoke(args=["organizations", *map(str, words)])
    return result.exit_code, result.output


def districts() -> int:
    return db.session.scalar(select(func.count()).select_from(District)) or 0


def test_without_apply_it_shows_what_would_change_and_writes_nothing(app: Flask) -> None:
    code, output = run(app, "import-districts", DATA / "districts.csv")

    assert code == 0
    assert "  00010000 Abington\n" in output
    assert "  … and 380 more\n" in output
    assert "Districts: 400 new, 0 changed, 0 unchanged, 0 refused.\n" in output
    assert "nothing was written. Add --apply" in output
    assert districts() == 0


def test_with_apply_it_writes_and_a_second_time_there_is_nothing_to_do(app: Flask) -> None:
    run(app, "import-districts", DATA / "districts.csv", "--apply")

    code, output = run(app, "import-districts", DATA / "districts.csv", "--apply")

    assert code == 0
    assert output == "Districts: 0 new, 0 changed, 400 unchanged, 0 refused.\nNothing to write.\n"
    assert districts() == 400


def test_refused_rows_stop_everything_and_are_all_listed(app: Flask) -> None:
    run(app, "import-districts", DATA / "districts.csv", "--apply")

    code, output = run(app, "import-schools", DATA / "schools.csv", "--apply")

    assert code == 1
    assert output.count("There is no district") == 15
    assert "Nothing was written, for 15 rows are refused." in output
    assert db.session.scalar(select(func.count()).select_from(School)) == 0

    code, output = run(app, "import-schools", DATA / "schools.csv", "--apply", "--skip-refused")

    assert code == 0
    assert output.count("There is no district") == 15
    assert "Schools: 1,846 new, 0 changed, 0 unchanged, 15 refused.\nWritten.\n" in output


def test_a_preview_with_refused_rows_says_how_to_go_on(app: Flask) -> None:
    code, output = run(app, "import-schools", DATA / "schools.csv")

    assert code == 0
    assert "left out with --skip-refused" in output


def test_a_change_is_shown_with_what_was_and_what_will_be(app: Flask, tmp_path: Path) -> None:
    make.district(org_code="00080000", name="Amherst", town="Amherst", type=None)
    file = tmp_path / "districts.csv"
    file.write_text("org_code,name,town,type\n00080000,Amherst,Hadley,municipal\n")

    _, output = run(app, "import-districts", file)

    assert "  00080000 Amherst: town Amherst → Hadley; type empty → municipal\n" in output


def test_a_file_that_is_no_table_is_refused_in_a_sentence(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "photo.csv"
    file.write_bytes(b"\x00\x01\x02" * 100)

    code, output = run(app, "import-memberships", file)

    assert code == 1
    assert "is not a table" in output


def test_a_file_of_another_listing_is_refused_in_a_sentence(app: Flask) -> None:
    code, output = run(app, "import-collaboratives", DATA / "districts.csv", "--apply")

    assert code == 1
    assert "The file has no column short_name, region." in output
