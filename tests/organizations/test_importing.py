"""Importing a list in the browser: first what it would change, then the change."""

from __future__ import annotations

import html
import io
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from pdtrack.core.db import db
from pdtrack.organizations import queries
from pdtrack.organizations.models import District, School
from tests import make

pytestmark = pytest.mark.usefixtures("app")
DATA = Path(__file__).parent.parent.parent / "data"
IMPORT = "/platform/organizations/import"


@pytest.fixture
def operator(client: FlaskClient) -> FlaskClient:
    return make.sign_in(client, make.platform_administrator())


def upload(client: FlaskClient, listing: str, content: bytes) -> TestResponse:
    return client.post(
        IMPORT, data={"listing": listing, "file": (io.BytesIO(content), f"{listing}.csv")}
    )


def hidden(page: TestResponse) -> dict[str, str]:
    found = re.search(r'name="sheet"[^>]*value="([^"]*)"', page.text)
    assert found is not None
    kind = re.search(r'name="listing"[^>]*value="([^"]*)"', page.text)
    assert kind is not None
    return {"listing": kind[1], "sheet": html.unescape(found[1])}


def count(model: type[District | School]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_a_file_is_shown_first_and_written_then(operator: FlaskClient) -> None:
    page = upload(operator, "districts", (DATA / "districts.csv").read_bytes())

    assert "Districts: 400 new, 0 changed, 0 unchanged, 0 refused." in page.text
    assert "Write 400 changes" in page.text
    assert count(District) == 0

    answer = operator.post(f"{IMPORT}/apply", data=hidden(page))

    assert answer.headers["Location"] == "/platform/organizations"
    assert count(District) == 400
    again = upload(operator, "districts", (DATA / "districts.csv").read_bytes())
    assert "There is nothing to write" in again.text


def test_refused_rows_are_listed_and_keep_everything_back_until_they_may_be_left_out(
    operator: FlaskClient,
) -> None:
    districts = upload(operator, "districts", (DATA / "districts.csv").read_bytes())
    operator.post(f"{IMPORT}/apply", data=hidden(districts))
    page = upload(operator, "schools", (DATA / "schools.csv").read_bytes())
    assert page.text.count("There is no district") == 15

    refused = operator.post(f"{IMPORT}/apply", data=hidden(page))

    assert refused.status_code == 422
    assert "Nothing was written, for 15 rows are refused." in refused.text
    assert count(School) == 0

    operator.post(f"{IMPORT}/apply", data={**hidden(refused), "skip_refused": "y"})

    assert count(School) == 1846


def test_a_change_is_shown_with_what_was_and_what_will_be(operator: FlaskClient) -> None:
    make.district(org_code="00080000", name="Amherst", town="Amherst", type="municipal")

    page = upload(
        operator, "districts", b"org_code,name,town,type\n00080000,Amherst-Pelham,Amherst,municipal"
    )

    assert "name: Amherst → Amherst-Pelham" in page.text
    district = queries.district("00080000")
    assert district is not None
    assert district.name == "Amherst"


@pytest.mark.parametrize(
    ("listing", "content", "message"),
    [
        ("districts", b"", "is empty"),
        ("districts", b"\x00\x01" * 50, "is not a table"),
        ("districts", b"org_code,name\n00080000,Amherst", "The file has no column town, type."),
        ("planets", b"a\nb", "Choose one from the list."),
    ],
)
def test_what_cannot_be_read_is_refused(
    operator: FlaskClient, listing: str, content: bytes, message: str
) -> None:
    answer = upload(operator, listing, content)

    assert answer.status_code == 422
    assert message in answer.text


def test_one_refused_row_keeps_everything_back(operator: FlaskClient) -> None:
    content = b"org_code,name,town,type\n00080000,Amherst,Amherst,municipal\n123,Bad,Bad,municipal"

    assert "1 refused row keeps everything from" in upload(operator, "districts", content).text


def test_a_name_in_two_lines_becomes_one(operator: FlaskClient) -> None:
    page = upload(
        operator,
        "districts",
        b'org_code,name,town,type\n00080000,"Amherst\r\n\x07 Pelham","two\nlines",\n',
    )

    operator.post(f"{IMPORT}/apply", data=hidden(page))

    district = queries.district("00080000")
    assert district is not None
    assert (district.name, district.town) == ("Amherst Pelham", "two lines")


def test_a_row_that_is_refused_makes_no_room_for_another(operator: FlaskClient) -> None:
    place, district = make.collaborative(), make.district()
    pair = f"{place.org_code},{district.org_code}"
    rows = ["2020-07-01,", "2020-07-01,2021-06-30", "2022-07-01,"]
    lines = "\n".join(f"{pair},{row}" for row in rows)

    page = upload(
        operator,
        "memberships",
        f"collaborative_org_code,district_org_code,valid_from,valid_to\n{lines}\n".encode(),
    )

    assert "1 new, 0 changed, 0 unchanged, 2 refused" in page.text
    assert "It overlaps the membership that began on 2020-07-01." in page.text


def test_a_membership_from_another_age_is_refused_by_its_line(operator: FlaskClient) -> None:
    place, district = make.collaborative(), make.district()
    header = "collaborative_org_code,district_org_code,valid_from,valid_to"

    page = upload(
        operator,
        "memberships",
        f"{header}\n{place.org_code},{district.org_code},0001-01-01,9999-12-31\n".encode(),
    )

    assert "The valid from is no day like 2026-07-01: 0001-01-01." in page.text


def test_a_file_beyond_all_measure_is_answered_with_how_much_may_be(operator: FlaskClient) -> None:
    answer = operator.post(
        IMPORT,
        data=b"--b",
        content_type="multipart/form-data; boundary=b",
        environ_overrides={"CONTENT_LENGTH": str(100 * 1024 * 1024)},
    )

    assert answer.status_code == 413
    assert "Files may have up to 8 MB." in answer.text


def test_without_a_file_nothing_is_shown(operator: FlaskClient) -> None:
    answer = operator.post(IMPORT, data={"listing": "districts"})

    assert answer.status_code == 422
    assert "Choose a file." in answer.text


@pytest.mark.parametrize(
    "sheet",
    [
        "",
        "{",
        "7",
        "[[],[[1]]]",
        "null",
        '[["a"],[["x","","y"]]]',
        '[["a"],[[Infinity,"","y"]]]',
        '[[1],[[2,"","y"]]]',
        '[["name"],[[2,"","\\ud800"]]]',
        '[["name"],[[2,"",["y"]]]]',
        "[" * 100_000,
    ],
)
def test_a_preview_that_was_tampered_with_writes_nothing(operator: FlaskClient, sheet: str) -> None:
    answer = operator.post(f"{IMPORT}/apply", data={"listing": "districts", "sheet": sheet})

    assert answer.status_code == 422
    assert "Start again with the file." in answer.text
    assert count(District) == 0


def test_only_the_platform_administrator_imports(client: FlaskClient) -> None:
    make.sign_in(client, make.coordinator(make.collaborative()))

    assert client.get(IMPORT).status_code == 404
    assert client.post(IMPORT).status_code == 404
    assert client.post(f"{IMPORT}/apply").status_code == 404
