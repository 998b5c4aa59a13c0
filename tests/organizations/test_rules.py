"""What can be said about organizations without a database."""

from __future__ import annotations

import pytest

from pdtrack.organizations import rules


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("nps.org", "nps.org"),
        (" @NPS.Org. ", "nps.org"),
        ("ada@arps.k12.ma.us", "arps.k12.ma.us"),
        ("schüle.example", "xn--schle-mva.example"),
        ("nps", None),
        ("", None),
        ("n ps.org", None),
        ("-nps.org", None),
        ("nps..org", None),
        ("nps.org/x", None),
        ("10.0.0.1", None),
        (f"{'a' * 64}.org", None),
        (f"{'a.' * 130}org", None),
    ],
)
def test_a_mail_domain_is_read_as_people_type_it(typed: str, domain: str | None) -> None:
    assert rules.domain_of(typed) == domain


def test_public_mail_providers_prove_nothing() -> None:
    assert rules.is_public_mail("gmail.com")
    assert not rules.is_public_mail("nps.org")


@pytest.mark.parametrize(
    ("code", "is_collaborative", "is_district", "is_school"),
    [
        ("05320000", True, False, False),
        ("00080000", False, True, False),
        ("00080009", False, False, True),
        ("35040000", False, True, False),
        ("00000000", False, False, False),
        ("80000", False, False, False),
        ("0008000a", False, False, False),
        ("٠٠٠٨٠٠٠٠", False, False, False),
        ("00080000\n", False, False, False),
    ],
)
def test_a_code_says_what_it_is_a_code_of(
    code: str, is_collaborative: bool, is_district: bool, is_school: bool
) -> None:
    found = (
        rules.is_collaborative_code(code),
        rules.is_district_code(code),
        rules.is_school_code(code),
    )
    assert found == (is_collaborative, is_district, is_school)


@pytest.mark.parametrize(
    ("short_name", "slug"),
    [("CES", "ces"), ("LEAP Ed.", "leap-ed"), ("  A & B  ", "a-b"), ("…", "")],
)
def test_a_short_name_becomes_part_of_addresses(short_name: str, slug: str) -> None:
    assert rules.slug_of(short_name) == slug
