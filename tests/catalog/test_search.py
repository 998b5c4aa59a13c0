"""Finding sessions by words, filters and dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from pdtrack.catalog import actions, search, topics
from pdtrack.catalog.details import PlannedMeeting
from pdtrack.catalog.models import CourseSession, CreditCategory, Format, SessionState, Topic
from pdtrack.catalog.search import Sort, Wanted, listing, words
from pdtrack.core import clock
from pdtrack.core.authz import SYSTEM
from pdtrack.core.db import db
from tests import make, meetings


@pytest.fixture(autouse=True)
def _topics(on_either: Flask) -> None:  # noqa: ARG001 - opens the database.
    actions.add_topics(rows=topics.FIRST_ROWS, actor=SYSTEM)


def session(topic: str, title: str, *, days: int = 14, **values: Any) -> CourseSession:
    found = db.session.scalars(select(Topic).where(Topic.slug == topic)).one()
    course = make.course(
        topic_id=found.id,
        title=title,
        collaborative=values.pop("collaborative", None),
        description=values.pop("description", "Two days."),
        categories=values.pop("categories", ["elective"]),
    )
    made = make.course_session(
        course=course, starts_at=clock.now() + timedelta(days=days), **values
    )
    actions.reindex(actor=SYSTEM)
    return made


def found(**wanted: Any) -> list[str]:
    return [listing.title for listing in search.search(Wanted(**wanted)).items]


@pytest.mark.parametrize("text", ["CPI", "safety-care", "deescalation", "de-esc", "RESTRAINTS"])
def test_other_names_of_a_topic_find_its_sessions(text: str) -> None:
    session("restraint", "Physical intervention, basic")
    session("sei", "Teaching multilingual learners")

    assert found(text=text) == ["Physical intervention, basic"]


@pytest.mark.parametrize("text", ["ELL", "esl training", "sheltered", "RETELL"])
def test_sei_is_found_by_what_people_call_it(text: str) -> None:
    session("restraint", "Physical intervention, basic")
    session("sei", "Teaching multilingual learners")

    assert found(text=text) == ["Teaching multilingual learners"]


@pytest.mark.parametrize("text", ["nino", "NIÑO", "niño", "nin"])
def test_accents_and_case_do_not_matter_and_the_last_word_may_be_begun(text: str) -> None:
    session("literacy", "Enseñar al niño")

    assert found(text=text) == ["Enseñar al niño"]


def test_all_words_must_be_there_wherever_they_stand() -> None:
    hampshire = make.collaborative(short_name="CES", name="Collaborative for Services")
    session("restraint", "CPI, full", collaborative=hampshire, presenter_name="Zoë O'Brien")
    session("restraint", "CPI, refresher")

    assert found(text="restraint obrien") == ["CPI, full"]
    assert found(text="o'brien ces") == ["CPI, full"]
    assert found(text="restraint nobody") == []


def test_what_is_about_it_comes_before_what_mentions_it_then_by_date() -> None:
    session("leadership", "New principals", days=3, description="Also about autism.")
    session("autism", "Autism, part 2", days=20)
    session("autism", "Autism, part 1", days=10)

    assert found(text="autism") == ["Autism, part 1", "Autism, part 2", "New principals"]
    assert found(text="autism", sort=Sort.DATE)[0] == "New principals"


def test_only_what_is_published_and_still_to_come_is_found() -> None:
    session("autism", "Past", days=-3)
    session("autism", "Draft", state=SessionState.DRAFT)
    session("autism", "Cancelled", state=SessionState.CANCELLED)
    session("autism", "Coming")
    session(
        "autism",
        "Own time",
        days=-30,
        format=Format.SELF_PACED,
        ends_at=clock.now() + timedelta(days=9),
    )

    assert found() == ["Own time", "Coming"]
    assert found(text="autism") == ["Own time", "Coming"]


def test_filters_narrow_it_down() -> None:
    ces = make.collaborative(slug="ces")
    session("autism", "A", collaborative=ces, categories=["disabilities", "content"])
    session("sei", "B", days=30, format=Format.ONLINE, categories=["sei"])
    day = clock.today()

    assert found(topic="autism") == ["A"]
    assert found(topic="no-such-topic") == []
    assert found(collaborative="ces") == ["A"]
    assert found(format=Format.ONLINE) == ["B"]
    assert found(category=CreditCategory.DISABILITIES) == ["A"]
    assert found(category=CreditCategory.SEI) == ["B"]
    assert found(from_on=day + timedelta(days=20)) == ["B"]
    assert found(to_on=day + timedelta(days=20)) == ["A"]
    assert found(from_on=day + timedelta(days=20), to_on=day + timedelta(days=21)) == []


def test_open_leaves_out_what_opens_later_and_what_has_closed() -> None:
    session("autism", "Open")
    session("autism", "Later", days=60, opens_days_before=30)
    session("autism", "Closed", days=1, closes_hours_before=48)

    assert found(only_open=True) == ["Open"]
    listings = {each.title: each for each in search.search(Wanted()).items}
    assert {title for title, each in listings.items() if each.is_open} == {"Open"}
    assert listings["Later"].opens_later


@pytest.mark.parametrize(
    "text",
    [
        '"', "'", "*", "a*b", "AND", "OR NOT", "NEAR(", "subject:x", "(", ")", "--", ";", "%",
        "\\", "a & | ! b", ":*", "<->", "\x00", "😀", "شهادة", "研修", "x" * 5000, "a " * 500,
        "½ ²", "_", "col-", "-col", "''''", "İstanbul", "\ud800",
    ],
)  # fmt: skip
def test_odd_questions_are_answered(text: str) -> None:
    session("autism", "Autism")

    assert search.search(Wanted(text=text)).total in {0, 1}
    search.near(Wanted(text=text, topic="autism"))


def test_a_question_of_signs_alone_finds_nothing() -> None:
    session("autism", "Autism")

    assert search.search(Wanted(text="?!")).total == 0


def test_scripts_of_all_directions_are_found() -> None:
    session("world-languages", "اللغة العربية")
    session("world-languages", "中文 课程")

    assert found(text="العربية") == ["اللغة العربية"]
    assert found(text="中文") == ["中文 课程"]


def test_pages_hold_together_and_past_the_last_is_the_last() -> None:
    made = [session("autism", f"Autism {n}", days=n) for n in range(1, 6)]

    first = search.search(Wanted(text="autism"), number=1, per_page=2)
    last = search.search(Wanted(text="autism"), number=99, per_page=2)

    assert [each.id for each in first] == [made[0].id, made[1].id]
    assert [each.id for each in last] == [made[4].id]
    assert (last.number, last.total, last.pages) == (3, 5, 3)


@pytest.mark.parametrize("text", ["", "autism"])
def test_a_list_of_thousands_is_cut_and_says_so(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = [session("autism", f"Autism {n}", days=n) for n in range(1, 6)]

    monkeypatch.setattr(listing, "MOST", 5)
    whole = search.search(Wanted(text=text), number=99, per_page=2)
    monkeypatch.setattr(listing, "MOST", 4)
    cut = search.search(Wanted(text=text), number=99, per_page=2)

    assert (whole.total, whole.is_cut, [each.id for each in whole]) == (5, False, [made[4].id])
    assert (cut.total, cut.is_cut) == (4, True)
    assert [each.id for each in cut] == [made[2].id, made[3].id]


def test_pages_go_on_from_what_is_about_it_to_what_mentions_it() -> None:
    for days in (1, 3, 5):
        session("leadership", f"Mentions, day {days}", days=days, description="Also autism.")
    for days in (2, 4, 6):
        session("autism", f"About, day {days}", days=days)

    pages = [search.search(Wanted(text="autism"), number=n, per_page=2) for n in (1, 2, 3)]

    about = [f"About, day {days}" for days in (2, 4, 6)]
    mentions = [f"Mentions, day {days}" for days in (1, 3, 5)]
    assert [each.title for page in pages for each in page] == about + mentions
    assert [page.total for page in pages] == [6, 6, 6]


def test_filters_hold_in_both_tiers() -> None:
    for format_ in (Format.ONLINE, Format.HYBRID):
        session("autism", f"About, {format_}", format=format_)
        session("leadership", f"Mentions, {format_}", description="Autism.", format=format_)

    assert found(text="autism", format=Format.ONLINE) == ["About, online", "Mentions, online"]
    assert found(text="autism", topic="leadership", format=Format.HYBRID) == ["Mentions, hybrid"]


@pytest.mark.parametrize(("seconds", "is_found"), [(0, False), (-1, True), (1, False)])
def test_what_begins_now_is_not_coming_anymore(seconds: int, is_found: bool) -> None:
    made = session("autism", "Autism")
    assert made.listed_at

    with clock.frozen(made.listed_at + timedelta(seconds=seconds)):
        assert found(text="autism") == (["Autism"] if is_found else [])
        assert found() == (["Autism"] if is_found else [])


def test_a_session_that_moves_is_found_once_and_in_its_new_place() -> None:
    made = session("autism", "Moves", days=3, format=Format.ONLINE, online_link="https://a.example")
    session("autism", "Stays", days=10)
    assert found(text="autism") == ["Moves", "Stays"]
    [meeting] = made.meetings

    later = timedelta(days=20)
    planned = replace(
        PlannedMeeting.of(meeting),
        starts_at=meeting.starts_at + later,
        ends_at=meeting.ends_at + later,
    )
    meetings.change(made, planned)

    assert found(text="autism") == ["Stays", "Moves"]


def test_an_empty_result_knows_what_is_near() -> None:
    session("autism", "Autism, basics")
    session("sei", "Multilingual learners")

    filtered = search.near(Wanted(text="autism", format=Format.ONLINE))
    some = search.near(Wanted(text="autism zebra"))
    nothing = search.near(Wanted(text="zebra"))

    assert filtered
    assert some
    assert nothing
    assert [each.title for each in filtered.items] == ["Autism, basics"]
    assert [each.title for each in some.items] == ["Autism, basics"]
    assert len(nothing.items) == 2


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("restrant", "restraint"),
        ("dyslexa", "dyslexia"),
        ("bulying", "bullying"),
        ("autisim", "autism"),
        ("RÉSTRANT", "restraint"),
        ("Enseñrar", "enseñar"),
        ("dyslexa scrning", "dyslexia screening"),
        ("dyslexia scrning", "dyslexia screening"),
        ("autisim training", "autism"),
        ("de-escaltion basic", "de escalation basic"),
    ],
)
def test_mistyped_words_lead_to_what_was_meant(typed: str, meant: str) -> None:
    session("restraint", "De-escalation, basic")
    session("dyslexia", "Dyslexia: screening")
    session("bullying-prevention", "Safe schools")
    session("autism", "Enseñar al niño")

    assert found(text=typed) == []
    near = search.near(Wanted(text=typed))

    assert near
    assert near.meant == meant
    assert [each.title for each in near.items] == found(text=meant) != []


@pytest.mark.parametrize("text", ["zebra", "qqqqqq", "autisim zebra", "sei xyz", "ats", "", "?!"])
def test_nothing_is_offered_where_nothing_is_near(text: str) -> None:
    session("autism", "Autism, basics")
    session("leadership", "Cats and rats")

    near = search.near(Wanted(text=text))

    assert near
    assert near.meant == ""


def test_nothing_is_offered_of_what_is_not_on_the_list() -> None:
    session("autism", "Volcanoes", days=-3)
    session("autism", "Glaciers", state=SessionState.DRAFT)
    session("sei", "Multilingual learners")

    for text in ("volcanos", "volcnoes", "glacirs", "dyslexa"):
        near = search.near(Wanted(text=text))
        assert near
        assert near.meant == ""


def test_words_that_are_known_but_not_together_are_left_alone() -> None:
    session("autism", "Autism, basics")
    session("sei", "Multilingual learners")

    near = search.near(Wanted(text="autism multilingual"))

    assert near
    assert (near.reason, near.meant) == ("Some of the words", "")


def test_actions_keep_the_index_in_step() -> None:
    made = session("autism", "Autism")
    sei = db.session.scalars(select(Topic).where(Topic.slug == "sei")).one()

    actions.edit_topic(topic=made.topic, name="Autism", other_names="Spectrumish", actor=SYSTEM)
    assert found(text="spectrumish") == ["Autism"]
    actions.mark_cancelled(course_session=made, reason="Snow.", actor=SYSTEM)
    assert found(text="spectrumish") == []
    assert sei.name.startswith("Sheltered")


def test_adding_the_topics_again_changes_nothing() -> None:
    assert actions.add_topics(rows=topics.FIRST_ROWS, actor=SYSTEM) == []
    assert len({row.slug for row in topics.FIRST_ROWS}) == len(topics.FIRST_ROWS) >= 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("De-escalation", ["de", "escalation"]),
        ("Teacher’s Guide", ["teacher", "guide"]),
        ("the of", ["the", "of"]),
        ("PD training for nurses", ["nurse"]),
        ("Disabilities class", ["disability"]),
        ("bus gas", ["bus", "gas"]),
        ("cpi CPI", ["cpi"]),
        ("", []),
    ],
)
def test_the_words_that_count(text: str, expected: list[str]) -> None:
    assert words.asked(text) == expected
