"""The people of the demo whom everybody can be, and those with something to show."""

from __future__ import annotations

from datetime import date, timedelta

from pdtrack.accounts.models import Confirmation, Position
from pdtrack.core import clock
from pdtrack.core.authz import RoleKind
from pdtrack.demo.hosts import Host
from pdtrack.demo.people import Register, Someone
from pdtrack.demo.state import State
from pdtrack.organizations.models import District

# Orange belongs to two collaboratives of the demo.
DISTRICT = "02230000"
NEIGHBOR = "02100000"


def gather(register: Register, state: State, host: Host) -> dict[str, Someone]:
    """Write down the demo's people and return them by what they are called in the plans."""
    district = state.districts[DISTRICT]
    home = f"{DISTRICT}.example"
    cast = {
        "educator": register.person(
            "Ana", "Brandão", "educator@demo.example", f"ana.brandao@{home}"
        ),
        "district": register.person(
            "Halina", "Sokołowska", "district@demo.example", f"halina.sokolowska@{home}"
        ),
        "board": register.person("Reginald", "Thorne", "board@demo.example"),
        "admin": register.person("Alex", "Okafor", "admin@demo.example"),
    }
    register.employ(
        cast["educator"],
        district,
        school=state.schools_of(district)[0],
        position=Position.TEACHER,
        years=(_school_year(-6), None),
        employee_number="004217",
    )
    register.employ(cast["district"], district, position=Position.ADMINISTRATOR)
    register.employ(
        cast["board"],
        state.districts[NEIGHBOR],
        position=Position.ADMINISTRATOR,
        confirmed_by=Confirmation.ADMINISTRATOR,
    )
    register.give(cast["district"], RoleKind.DISTRICT_ADMINISTRATOR, district)
    register.give(cast["board"], RoleKind.BOARD_MEMBER, host.organization)
    register.give(cast["admin"], RoleKind.PLATFORM_ADMINISTRATOR, None)
    return cast | _with_a_story(register, state, host, district)


def _with_a_story(
    register: Register, state: State, host: Host, district: District
) -> dict[str, Someone]:
    """Write down a mover, somebody with two employers, a claim, and a person without account."""
    neighbor = state.districts[NEIGHBOR]
    mover = register.person("Mirela", "Petrescu-Dunn", f"mirela.petrescudunn@{DISTRICT}.example")
    moved_on = clock.today() - timedelta(days=80)
    schools, new_schools = state.schools_of(neighbor), state.schools_of(district)
    register.employ(
        mover,
        neighbor,
        school=schools[0],
        position=Position.SPECIAL_EDUCATOR,
        years=(_school_year(-4), moved_on - timedelta(days=1)),
    )
    register.employ(
        mover,
        district,
        school=new_schools[-1],
        position=Position.SPECIAL_EDUCATOR,
        years=(moved_on, None),
    )
    two_jobs = register.person("Tendai", "Mutasa", f"tendai.mutasa@{NEIGHBOR}.example")
    register.employ(two_jobs, neighbor, school=schools[-1], position=Position.COACH)
    register.employ(
        two_jobs,
        district,
        position=Position.SUBSTITUTE,
        confirmed_by=Confirmation.ADMINISTRATOR,
        employee_number="009903",
    )
    claimed = register.person("Beau", "Lachapelle", "beau.lachapelle@mail.example")
    register.employ(
        claimed,
        district,
        school=new_schools[0],
        position=Position.PARAPROFESSIONAL,
        confirmed_by=None,
    )
    walk_in = register.person("Dorothy", "Kowalczyk", added_by_id=host.organization.id)
    register.employ(
        walk_in,
        district,
        position=Position.PARAPROFESSIONAL,
        confirmed_by=Confirmation.ROSTER,
        employee_number="005530",
    )
    return {"mover": mover, "two_jobs": two_jobs, "claimed": claimed, "walk_in": walk_in}


def _school_year(years: int) -> date:
    today = clock.today()
    return date(clock.fiscal_year(today) - 1 + years, 9, 1)
