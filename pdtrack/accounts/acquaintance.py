"""Whom a collaborative knows and whom a district employs: the people their staff may see."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from pdtrack.accounts.models import EmailAddress, Employment, Person, Role
from pdtrack.accounts.rules import Name, Workplace
from pdtrack.core import clock, folding, pages
from pdtrack.core.db import db
from pdtrack.core.folding import fold, folded
from pdtrack.core.pages import Page
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Membership, Organization

Source = Callable[[int], Select[int]]
Condition = Callable[[str], ColumnElement[bool]]

_sources: list[Source] = []


class Standing(StrEnum):
    """How an employment in a district stands."""

    CURRENT = "current"
    CLAIMED = "claimed"
    PAST = "past"


def add_source(source: Source) -> None:
    """Let a feature say whom else a collaborative knows: whoever registered with it, say.

    `source(collaborative_id)` selects people's ids.
    """
    if source not in _sources:
        _sources.append(source)


def find_people(collaborative_id: int, *, text: str = "", number: int = 1) -> Page[Person]:
    """Return a page of the people a collaborative knows, by name, address or employee number."""
    statement = (
        select(Person)
        .where(_is_known_to(collaborative_id), *_matching(text, _has_number_anywhere))
        .options(
            selectinload(Person.addresses),
            selectinload(Person.employments).joinedload(Employment.organization),
            selectinload(Person.employments).joinedload(Employment.school),
        )
        .order_by(*Person.in_order())
    )
    return pages.paginate(statement, number=number)


def person_known_to(collaborative_id: int, person_id: int) -> Person | None:
    """Return a person if a collaborative knows them."""
    return db.session.scalar(
        select(Person).where(Person.id == person_id, _is_known_to(collaborative_id))
    )


def namesake(name: Name, workplace: Workplace, place: Organization) -> Person | None:
    """Return somebody of the same name at the same employer whom a place's staff may see."""
    if workplace.organization_id is None and not workplace.needs_name:
        return None  # Who has no employer has no number there.
    statement = (
        select(Person.id)
        .join(Person.employments)
        .where(
            _is_at(workplace),
            _stands(Standing.CURRENT),
            folded(Person.first_name) == fold(name.first),
            folded(Person.last_name) == fold(name.last),
        )
    )
    found = db.session.scalars(statement.order_by(Person.id).limit(50)).all()
    if not found:
        return None  # Nearly always; who knows whom takes longer to tell.
    people = select(Person).where(Person.id.in_(found)).order_by(Person.id).limit(1)
    if workplace.organization_id != place.id:
        people = people.where(_is_known_to(place.id))
    return db.session.scalar(people)


def _is_at(workplace: Workplace) -> ColumnElement[bool]:
    if workplace.organization_id is not None:
        return Employment.organization_id == workplace.organization_id
    return and_(
        Employment.other_kind == workplace.other_kind,
        folded(Employment.other_name) == fold(workplace.other_name or ""),
    )


def find_staff(
    district_id: int, *, text: str = "", standing: Standing = Standing.CURRENT, number: int = 1
) -> Page[Employment]:
    """Return a page of a district's employments, by the person's name, address or number."""
    statement = (
        select(Employment)
        .join(Employment.person)
        .where(
            Employment.organization_id == district_id,
            _stands(standing),
            *_matching(text, _has_number_here),
        )
        .options(
            contains_eager(Employment.person).selectinload(Person.addresses),
            joinedload(Employment.school),
        )
        .order_by(*Person.in_order(), Employment.id)
    )
    return pages.paginate(statement, number=number)


def count_claims(district_id: int) -> int:
    """Return how many people wait for a district's word that they work there."""
    counted = select(func.count(Employment.id)).where(
        Employment.organization_id == district_id, _stands(Standing.CLAIMED)
    )
    return db.session.scalar(counted) or 0


def employment_in(organization_id: int, employment_id: int) -> Employment | None:
    """Return an employment if it is with this organization."""
    return db.session.scalar(
        select(Employment).where(
            Employment.id == employment_id, Employment.organization_id == organization_id
        )
    )


def _is_known_to(collaborative_id: int) -> ColumnElement[bool]:
    """Whether a person works or presents there or in a member district, or registered there."""
    today = clock.today()
    members = select(Membership.district_id).where(
        Membership.collaborative_id == collaborative_id, organizations.in_force(today)
    )
    employed = select(Employment.person_id).where(
        or_(
            Employment.organization_id == collaborative_id,
            Employment.organization_id.in_(members),
        ),
        Employment.refused_at.is_(None),
        or_(Employment.to_on.is_(None), Employment.to_on >= today),
    )
    holders = select(Role.person_id).where(
        Role.organization_id == collaborative_id, Role.ended_at.is_(None)
    )
    added = select(Person.id).where(Person.added_by_id == collaborative_id)
    others = [source(collaborative_id) for source in _sources]
    return Person.id.in_(union_all(employed, holders, added, *others))


def _stands(standing: Standing) -> ColumnElement[bool]:
    is_current = or_(Employment.to_on.is_(None), Employment.to_on >= clock.today())
    if standing == Standing.PAST:
        return ~is_current | Employment.refused_at.is_not(None)
    if standing == Standing.CLAIMED:
        return and_(is_current, Employment.refused_at.is_(None), Employment.confirmed_at.is_(None))
    return and_(is_current, Employment.refused_at.is_(None))


def _matching(
    text: str, has_number: Callable[[str], ColumnElement[bool]]
) -> list[ColumnElement[bool]]:
    """Return one condition a word: a name has it, an address begins so, or it is the number."""
    return [or_(_names(word), has_number(word)) for word in folding.words(text)]


def _names(word: str) -> ColumnElement[bool]:
    has_address = exists().where(
        EmailAddress.person_id == Person.id,
        EmailAddress.verified_at.is_not(None),
        EmailAddress.address.istartswith(word, autoescape=True),
    )
    # Both names at once, which takes half the time: a word has no space.
    return or_(folding.has(Person.last_name + " " + Person.first_name, word), has_address)


def _has_number_anywhere(word: str) -> ColumnElement[bool]:
    return exists().where(Employment.person_id == Person.id, Employment.employee_number == word)


def _has_number_here(word: str) -> ColumnElement[bool]:
    return Employment.employee_number == word
