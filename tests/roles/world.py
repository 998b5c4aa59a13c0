"""A small world with one of everything, and what each address of it is called."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from pdtrack.accounts import links
from pdtrack.accounts.models import EmailAddress, Invitation, OtherEmployer, Person, SignUp
from pdtrack.attendance import actions as attendance
from pdtrack.attendance.models import Presence
from pdtrack.attendance.queries import parts
from pdtrack.catalog.models import CourseSession, SessionState
from pdtrack.certificates import actions as certificates
from pdtrack.core import clock, tokens
from pdtrack.core.authz import RoleKind
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail
from pdtrack.organizations.models import Collaborative, District, EmailDomain, Organization
from tests import make

ROLES = ("educator", "coordinator", "presenter", "board_member", "district_administrator")


@dataclass
class World:
    """A collaborative, a district of it, their people, and what belongs to them."""

    word: str  # In the names of organizations, which everybody may know.
    family: str  # In the names of people and in their mail, which strangers must not see.
    people: dict[str, Person] = field(default_factory=dict)
    names: dict[str, object] = field(default_factory=dict)  # What an address calls each thing.

    def value(self, place: str, parameter: str) -> object:
        """Return what stands for a parameter in addresses below "manage", "districts" or so.

        A thing that is another one there comes first: "manage:role_id", then "role_id".
        """
        return self.names.get(f"{place}:{parameter}", self.names.get(parameter))


def build(word: str) -> World:
    """Make a world whose organizations are all called after a word."""
    world = World(word, family=f"{word[::-1].capitalize()}son")
    place = make.collaborative(name=f"{word} Collaborative", slug=word.lower())
    district = make.district(member_of=place, name=f"{word} District")
    _people(world, place, district)
    _offer(world, place)
    _work(world, place, district)
    _run(world, place)
    return world


def _people(world: World, place: Collaborative, district: District) -> None:
    def someone(kind: str, **values: Any) -> Person:
        return make.person(
            first_name=kind,
            last_name=world.family,
            email=f"{kind}@{world.family}.example",
            **values,
        )

    kinds = {
        "coordinator": place,
        "presenter": place,
        "board_member": place,
        "district_administrator": district,
    }
    for kind, organization in kinds.items():
        person = someone(kind, last_signed_in_at=clock.now())
        world.people[kind] = make.role(RoleKind(kind), organization, person=person)
    world.people["educator"] = someone("educator", employer=district, last_signed_in_at=clock.now())
    # Somebody without an account, who says that they work there.
    aide = make.person(first_name="aide", last_name=world.family, email=None)
    claims = [
        make.employment(person=aide, organization=employer, is_confirmed=False)
        for employer in (place, district)
    ]
    educator = world.people["educator"]
    second = make.saved(
        EmailAddress(
            person_id=educator.id,
            address=f"second@{world.family}.example",
            created_at=clock.now(),
        )
    )
    world.names |= {
        "short_name": place.slug,
        "org_code": district.org_code,
        "person_id": aide.id,
        "manage:employment_id": claims[0].id,
        "districts:employment_id": claims[1].id,
        "my:employment_id": educator.employments[0].id,
        "my:address_id": second.id,
        "my:token": _token(links.ADDRESS, second.id),
        "password:token": _token(links.PASSWORD, educator.id),
        "sign-up:token": _token(links.SIGN_UP, _sign_up(world).id),
    }


def _offer(world: World, place: Collaborative) -> None:
    course = make.course(collaborative=place, title=f"{world.word} course")
    venue = make.venue(collaborative=place, name=f"{world.word} hall")
    run = make.course_session(
        course=course,
        venue_id=venue.id,
        starts_at=clock.now() - timedelta(days=2),
        presenters=[world.people["presenter"]],
    )
    draft = make.course_session(course=course, state=SessionState.DRAFT, published_at=None)
    upcoming = make.course_session(course=course)
    world.names |= {
        "course_id": course.id,
        "venue_id": venue.id,
        "course_session_id": run.id,
        # Whoever is signed in may register for what is published, so only a draft is private.
        "sessions:course_session_id": draft.id,
        "public:course_session_id": upcoming.id,
        "slug": run.topic.slug,
        "demo:name": "00000001",
    }


def _work(world: World, place: Collaborative, district: District) -> None:
    """Give the organizations what their own pages are about."""
    for prefix, organization in (("manage", place), ("districts", district), ("platform", None)):
        kind = RoleKind.BOARD_MEMBER if prefix == "manage" else RoleKind.DISTRICT_ADMINISTRATOR
        if organization is None:
            kind = RoleKind.PLATFORM_ADMINISTRATOR
        holder = make.role(kind, organization)
        world.names[f"{prefix}:role_id"] = holder.roles[0].id
        world.names[f"{prefix}:invitation_id"] = _invitation(world, kind, organization).id
        if organization is not None:
            domain = f"{prefix}.{world.word.lower()}.example"
            made = make.saved(EmailDomain(organization_id=organization.id, domain=domain))
            world.names[f"{prefix}:domain_id"] = made.id
    offer = _invitation(world, RoleKind.BOARD_MEMBER, place)
    world.names |= {
        "invitations:token": _token(links.INVITATION, offer.id),
        "platform:membership_id": make.membership(
            collaborative=make.collaborative(), district=district
        ).id,
    }


def _run(world: World, place: Collaborative) -> None:
    """Let the session of two days ago be attended, complained about and certified."""
    run = db.session.get_one(CourseSession, world.names["course_session_id"])
    educator, coordinator = world.people["educator"], world.people["coordinator"]
    registration = make.registration(course_session=run, person=educator)
    attendance.mark(
        registration=registration,
        part=parts(run)[0],
        presence=Presence.PRESENT,
        actor=coordinator,
    )
    objection = attendance.raise_objection(
        registration=registration,
        part=None,
        text=f"I was there, says {world.family}",
        actor=educator,
    )
    (certificate,) = certificates.issue(
        course_session=run, registration_ids=[registration.id], actor=coordinator
    )
    email = _email(world, about=run, organization=place)
    upcoming = db.session.get_one(CourseSession, world.names["public:course_session_id"])
    world.names |= {
        "registration_id": registration.id,
        "my:registration_id": make.registration(course_session=upcoming, person=educator).id,
        "objection_id": objection.id,
        "serial": certificate.serial,
        "code": certificate.code,
        "email_id": email.id,
        "batch": email.batch,
        "calendars:token": tokens.feed_token(f"me:{educator.id}", educator.feed_version),
    }


def _sign_up(world: World) -> SignUp:
    return make.saved(
        SignUp(
            address=f"newcomer@{world.family}.example",
            first_name="newcomer",
            last_name=world.family,
            other_kind=OtherEmployer.NONE,
            created_at=clock.now(),
        )
    )


def _invitation(world: World, kind: RoleKind, organization: Organization | None) -> Invitation:
    return make.saved(
        Invitation(
            address=f"invited@{world.family}.example",
            kind=kind,
            organization_id=organization.id if organization else None,
            invited_by_id=world.people["coordinator"].id,
            invited_at=clock.now(),
        )
    )


def _token(purpose: str, subject_id: int) -> str:
    return action(tokens.issue)(purpose, subject_id, lasts=timedelta(days=1))


def _email(world: World, *, about: CourseSession, organization: Collaborative) -> OutgoingEmail:
    now = clock.now()
    return make.saved(
        OutgoingEmail(
            to_address=f"educator@{world.family}.example",
            to_name=world.family,
            about=f"course_sessions:{about.id}",
            organization_id=organization.id,
            batch=f"batch-{world.word}",
            subject=f"News for {world.family}",
            text="News\n",
            html="<p>News</p>",
            message_id=f"<{world.word}@pd.example>",
            state=MailState.WAITING,
            created_at=now,
            not_before_at=now + timedelta(minutes=5),
        )
    )
