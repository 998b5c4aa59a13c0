"""Where people work: claimed, confirmed, refused, changed, ended, moved."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from pdtrack.accounts import acquaintance, queries
from pdtrack.accounts.acquaintance import Standing
from pdtrack.accounts.actions import employments as actions
from pdtrack.accounts.models import (
    Confirmation,
    Employment,
    OtherEmployer,
    Person,
    Position,
)
from pdtrack.accounts.rules import Details, Workplace
from pdtrack.core import clock
from pdtrack.core.audit import AuditEntry
from pdtrack.core.authz import SYSTEM, RoleKind
from pdtrack.core.db import db
from pdtrack.organizations.models import District, EmailDomain, Organization
from tests import make
from tests.accounts import mailbox

pytestmark = pytest.mark.usefixtures("on_either")

START = date(2026, 9, 1)


def claim(person: Person, employer: Organization, **details: object) -> Employment:
    return actions.claim(
        person=person,
        workplace=Workplace(organization_id=employer.id),
        from_on=START,
        details=Details(**details),  # type: ignore[arg-type]
        actor=person,
    )


def administrator(of: District) -> Person:
    return make.role(RoleKind.DISTRICT_ADMINISTRATOR, of)


def own(organization: Organization, domain: str) -> None:
    make.saved(EmailDomain(organization_id=organization.id, domain=domain))


def claimants(district: Organization, number: str) -> list[Person]:
    """Return who waits for a district's word, as it looks them up by their employee number."""
    found = acquaintance.find_staff(district.id, text=number, standing=Standing.CLAIMED)
    return [each.person for each in found.items]


def events() -> list[str]:
    return list(db.session.scalars(select(AuditEntry.event).order_by(AuditEntry.id)))


def test_a_claim_waits_for_the_employer() -> None:
    district, ada = make.district(), make.person()

    claim(ada, district, position=Position.NURSE, employee_number="A-7")

    [employment] = queries.employments_on(ada, START)
    assert not employment.is_confirmed
    assert employment.employer_name == district.name
    assert claimants(district, "A-7") == [ada]
    assert events() == ["employment.claimed"]


def test_a_verified_address_in_the_employer_s_domain_confirms_at_once() -> None:
    district, ada = make.district(), make.person(email="ada@nps.example")
    own(district, "nps.example")

    assert claim(ada, district).confirmed_by == Confirmation.DOMAIN


def test_an_address_inside_a_domain_or_another_employer_s_proves_nothing() -> None:
    district, other = make.district(), make.district()
    own(district, "nps.example")
    own(other, "amherst.example")

    assert not claim(make.person(email="ada@students.nps.example"), district).is_confirmed
    assert not claim(make.person(email="ben@amherst.example"), district).is_confirmed
    assert not claim(make.person(email="cleo@evilnps.example"), district).is_confirmed


def test_an_address_that_is_verified_later_confirms_then() -> None:
    district, ada = make.district(), make.person(email="ada@nps.example")
    employment = claim(ada, district)
    own(district, "nps.example")

    count = actions.confirm_by_address(person=ada, address="ada@nps.example", actor=ada)

    assert count == 1
    assert employment.confirmed_by == Confirmation.DOMAIN
    assert actions.confirm_by_address(person=ada, address="ada@nps.example", actor=ada) == 0
    assert actions.confirm_by_address(person=ada, address="ada@gmail.com", actor=ada) == 0


def test_several_employers_at_once_are_in_order_and_one_twice_is_refused() -> None:
    first, second, ada = make.district(), make.district(), make.person()
    claim(ada, first)
    actions.confirm(employment=claim(ada, second), actor=SYSTEM)

    with pytest.raises(actions.AlreadyEmployed, match=first.name):
        claim(ada, first)

    assert [each.organization_id for each in queries.employments_on(ada, START)] == [
        second.id,
        first.id,
    ]


def test_an_employer_on_no_list_is_known_by_kind_and_name() -> None:
    ada = make.person()

    def work_for(name: str) -> Employment:
        workplace = Workplace(other_kind=OtherEmployer.PRIVATE_SCHOOL, other_name=name)
        return actions.claim(person=ada, workplace=workplace, from_on=START, actor=ada)

    assert work_for("The May Center").employer_name == "The May Center"
    assert work_for("Willow Hill").confirmed_at is None
    with pytest.raises(actions.AlreadyEmployed):
        work_for("the may center")


def test_a_school_must_belong_to_the_employer() -> None:
    district = make.district()
    school, elsewhere = make.school(district=district), make.school(district=make.district())

    assert claim(make.person(), district, school_id=school.id).school is school
    with pytest.raises(actions.NotTheirSchool) as refusal:
        claim(make.person(), district, school_id=elsewhere.id)
    assert refusal.value.field == "school"


def test_an_employee_number_belongs_to_one_person_at_a_time() -> None:
    district, ada, ben = make.district(), make.person(), make.person()
    employment = claim(ada, district, employee_number="7")

    with pytest.raises(actions.EmployeeNumberTaken) as refusal:
        claim(ben, district, employee_number="7")
    assert refusal.value.field == "employee_number"
    claim(ben, make.district(), employee_number="7")

    actions.end(employment=employment, on=START, actor=ada)
    claim(ben, district, employee_number="7")
    assert claimants(district, "7") == [ben]


def test_the_employer_confirms_and_a_second_time_changes_nothing() -> None:
    district = make.district()
    employment = claim(make.person(), district)

    for _ in range(2):
        actions.confirm(employment=employment, actor=administrator(district))

    assert employment.confirmed_by == Confirmation.ADMINISTRATOR
    assert events() == ["employment.claimed", "employment.confirmed"]


def test_a_refused_claim_counts_for_nothing_and_its_person_is_told() -> None:
    district = make.district(name="Amherst", contact_email="pd@amherst.example")
    ada = make.person(email="ada@people.example")
    employment = claim(ada, district, employee_number="7")

    for _ in range(2):
        actions.refuse(employment=employment, actor=administrator(district))

    assert queries.employments_on(ada, clock.today()) == []
    assert not employment.is_current(clock.today())
    assert claimants(district, "7") == []
    [mail] = mailbox.mails_to("ada@people.example")
    assert mail.subject == "Amherst did not confirm that you work there"
    assert "pd@amherst.example" in mail.text


def test_a_refusal_can_be_taken_back() -> None:
    district, ada = make.district(), make.person()
    employment = claim(ada, district)
    actions.refuse(employment=employment, actor=SYSTEM)

    actions.confirm(employment=employment, actor=SYSTEM)

    assert queries.employments_on(ada, START) == [employment]
    assert employment.is_confirmed


def test_whoever_is_refused_without_an_address_is_not_written_to() -> None:
    employment = claim(make.person(email=None), make.district())

    actions.refuse(employment=employment, actor=SYSTEM)

    assert employment.refused_at is not None


def test_what_was_confirmed_or_ended_meanwhile_is_not_refused() -> None:
    employment = claim(make.person(), make.district())
    actions.confirm(employment=employment, actor=SYSTEM)

    with pytest.raises(actions.EmploymentOver):
        actions.refuse(employment=employment, actor=SYSTEM)


def test_an_employment_ends_with_its_last_day_and_is_kept() -> None:
    district, ada = make.district(), make.person()
    employment = claim(ada, district)

    actions.end(employment=employment, on=date(2026, 10, 30), actor=ada)

    assert queries.employments_on(ada, date(2026, 10, 30)) == [employment]
    assert queries.employments_on(ada, date(2026, 10, 31)) == []
    with pytest.raises(actions.EmploymentOver):
        actions.end(employment=employment, on=date(2026, 11, 1), actor=ada)
    with pytest.raises(actions.EmploymentOver):
        actions.change(employment=employment, details=Details(), actor=ada)


def test_an_employment_does_not_end_before_it_began() -> None:
    employment = claim(make.person(), make.district())

    with pytest.raises(actions.DaysOutOfOrder) as refusal:
        actions.end(employment=employment, on=START - timedelta(days=1), actor=SYSTEM)
    assert refusal.value.field == "to_on"


def test_school_position_and_number_change_with_their_history() -> None:
    district = make.district()
    employment = claim(make.person(), district, employee_number="7")

    for _ in range(2):
        actions.change(
            employment=employment, details=Details(position=Position.COACH), actor=SYSTEM
        )

    assert (employment.position, employment.employee_number) == (Position.COACH, None)
    assert events() == ["employment.claimed", "employment.changed"]


def test_whoever_moves_leaves_the_day_before() -> None:
    old, new, ada = make.district(), make.district(), make.person()
    employment = claim(ada, old)

    moved = actions.move(
        employment=employment,
        workplace=Workplace(organization_id=new.id),
        on=date(2026, 11, 1),
        actor=ada,
    )

    assert employment.to_on == date(2026, 10, 31)
    assert queries.employments_on(ada, date(2026, 10, 31)) == [employment]
    assert queries.employments_on(ada, date(2026, 11, 1)) == [moved]


def test_a_move_that_is_refused_leaves_the_old_job_as_it_was() -> None:
    old, other, ada = make.district(), make.district(), make.person()
    employment = claim(ada, old)
    claim(ada, other)

    with pytest.raises(actions.AlreadyEmployed):
        actions.move(
            employment=employment,
            workplace=Workplace(organization_id=other.id),
            on=date(2026, 11, 1),
            actor=ada,
        )
    with pytest.raises(actions.DaysOutOfOrder):
        actions.move(
            employment=employment,
            workplace=Workplace(organization_id=make.district().id),
            on=date(2026, 8, 1),
            actor=ada,
        )

    db.session.refresh(employment)
    assert employment.to_on is None


def test_what_the_employer_s_own_staff_write_down_is_confirmed() -> None:
    district, place = make.district(), make.collaborative()
    coordinator = make.coordinator(place)

    def add(employer: Organization, actor: Person) -> Employment:
        return actions.add(
            person=make.person(),
            workplace=Workplace(organization_id=employer.id),
            from_on=START,
            actor=actor,
        )

    assert add(district, administrator(district)).confirmed_by == Confirmation.ADMINISTRATOR
    assert add(place, coordinator).confirmed_by == Confirmation.ADMINISTRATOR
    assert add(district, coordinator).confirmed_by is None
