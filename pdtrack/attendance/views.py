"""The attendance sheet, what is not posted yet, and a person's own attendance."""

from __future__ import annotations

from typing import NamedTuple

from flask import Blueprint, Flask, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts import records
from pdtrack.accounts.identity import me
from pdtrack.attendance import actions, documents, policy, queries, rules
from pdtrack.attendance.actions import Entered
from pdtrack.attendance.forms import (
    AnswerForm,
    MarkForm,
    ObjectionForm,
    PaperForm,
    PartForm,
    RemovalForm,
)
from pdtrack.attendance.models import AttendanceEntry, Presence
from pdtrack.attendance.queries import Part
from pdtrack.catalog import queries as catalog
from pdtrack.catalog.models import CourseSession
from pdtrack.core import clock, filters, incoming, navigation
from pdtrack.core.authz import RoleKind, authorize
from pdtrack.core.errors import DomainError
from pdtrack.core.forms import SelectChoice
from pdtrack.core.pages import UNPROCESSABLE, flash_refusal, form_page, is_htmx, or_404
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative
from pdtrack.registration import policy as registration_policy
from pdtrack.registration import queries as registrations
from pdtrack.registration import rules as registration_rules
from pdtrack.registration.models import Registration

bp = Blueprint("attendance", __name__)
DESK = "/manage/<short_name>"
SESSION = f"{DESK}/sessions/<int:course_session_id>"
SHEET = f"{SESSION}/attendance"
REMOVAL = f"{SESSION}/roster/<int:registration_id>/remove"
# What addresses and forms call the work outside meetings.
OUTSIDE = "outside"


class Refused(NamedTuple):
    """Whose mark was refused, why, and the minutes that were typed."""

    registration_id: int
    message: str
    typed: str = ""


def init_app(app: Flask) -> None:
    """Add the pages and their menu entries."""
    app.register_blueprint(bp)
    records.add("attendance", documents.held_about)
    records.add("objections", documents.said_by)
    navigation.add(
        "manage", "Attendance", "attendance.unposted", order=30, rule="attendance.see_unposted"
    )
    navigation.add("session", "Attendance", "attendance.sheet", order=30, rule="attendance.mark")


@bp.get(SHEET)
def sheet(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Show who is expected, and what is marked, at one meeting."""
    place, course_session = _load(short_name, course_session_id)
    authorize(policy.may_mark, course_session)
    part = _asked_part(course_session) or queries.part_to_take(course_session)
    return _sheet(place, course_session, part)


@bp.post(f"{SHEET}/<int:registration_id>")
def mark(short_name: str, course_session_id: int, registration_id: int) -> ResponseReturnValue:
    """Mark one person at one meeting."""
    place, course_session = _load_bare(short_name, course_session_id)
    authorize(policy.may_mark, course_session)
    registration = or_404(queries.find_expected(course_session, registration_id))
    form = MarkForm()
    part = _part(course_session, form)
    typed = request.form.get("minutes", "")
    if not form.validate():
        refused = Refused(registration.id, next(iter(form.errors.values()))[0], typed)
        return _answer(place, course_session, part, registration, refused)
    try:
        actions.mark(
            registration=registration,
            part=part,
            presence=Presence(form.presence.data),
            minutes=form.minutes.data,
            actor=me(),
        )
    except DomainError as refusal:
        refused = Refused(registration.id, refusal.message, typed)
        return _answer(place, course_session, part, registration, refused)
    return _answer(place, course_session, part, registration)


@bp.post(f"{SHEET}/<int:registration_id>/undo")
def undo(short_name: str, course_session_id: int, registration_id: int) -> ResponseReturnValue:
    """Take the last mark of one person at one meeting back."""
    place, course_session = _load_bare(short_name, course_session_id)
    authorize(policy.may_mark, course_session)
    registration = or_404(queries.find_expected(course_session, registration_id))
    part = _part(course_session, PartForm())
    try:
        actions.undo(registration=registration, part=part, actor=me())
    except DomainError as refusal:
        refused = Refused(registration.id, refusal.message)
        return _answer(place, course_session, part, registration, refused)
    return _answer(place, course_session, part, registration)


@bp.post(f"{SHEET}/rest-present")
def mark_rest_present(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Mark everybody present who has no mark yet."""
    place, course_session = _load(short_name, course_session_id)
    authorize(policy.may_mark, course_session)
    part = _part(course_session, PartForm())
    try:
        marked = actions.mark_rest_present(course_session=course_session, part=part, actor=me())
        said = f"Marked {marked} present." if marked else "Everybody was marked already."
        flash(said, "success" if marked else "info")
    except DomainError as refusal:
        flash_refusal(refusal)
    return _back_to_sheet(place, course_session, part)


@bp.post(f"{SHEET}/paper")
def enter_paper_sheet(short_name: str, course_session_id: int) -> ResponseReturnValue:
    """Mark everybody whose number on the printed roster was typed in."""
    place, course_session = _load(short_name, course_session_id)
    authorize(policy.may_mark, course_session)
    form = PaperForm()
    part = _part(course_session, form)
    if form.validate():
        with form.showing_errors():
            entered = actions.enter_paper_sheet(
                course_session=course_session,
                part=part,
                numbers=form.numbers.data or "",
                were=Presence(form.were.data),
                actor=me(),
            )
            flash(_said_of(entered), "success")
            return _back_to_sheet(place, course_session, part)
    return _sheet(place, course_session, part, paper=form)


@bp.route(REMOVAL, methods=["GET", "POST"])
def remove(short_name: str, course_session_id: int, registration_id: int) -> ResponseReturnValue:
    """Take a person off the roster, or out of the line, with a reason."""
    place, course_session = _load(short_name, course_session_id)
    authorize(registration_policy.may_change_roster, course_session)
    registration = or_404(registrations.in_course_session(course_session, registration_id))
    form = RemovalForm()
    if form.validate_on_submit():
        with form.showing_errors():
            promoted = actions.remove(
                registration=registration, reason=form.reason.data or "", actor=me()
            )
            flash(f"{registration.person.display_name} is off the roster.", "success")
            _say_promoted(promoted)
            return redirect(
                url_for(
                    "registration.roster",
                    short_name=place.slug,
                    course_session_id=course_session.id,
                )
            )
    return form_page(
        "attendance/remove.html",
        form=form,
        place=place,
        course_session=course_session,
        registration=registration,
        counts=registrations.count(course_session),
        has_begun=registration_rules.has_begun(course_session),
    )


@bp.get(f"{DESK}/attendance")
def unposted(short_name: str) -> ResponseReturnValue:
    """List meetings without any mark, and what people say is wrong."""
    place = or_404(organizations.collaborative(short_name))
    authorize(policy.may_see_unposted, place)
    is_coordinator = me().holds(RoleKind.COORDINATOR, place.id)
    return render_template(
        "attendance/unposted.html",
        place=place,
        meetings=queries.unposted(place, presenter_id=None if is_coordinator else me().id),
        objections=queries.open_objections(place) if is_coordinator else [],
    )


@bp.route(f"{DESK}/attendance/objections/<int:objection_id>", methods=["GET", "POST"])
def settle(short_name: str, objection_id: int) -> ResponseReturnValue:
    """Answer what somebody says is wrong."""
    place = or_404(organizations.collaborative(short_name))
    objection = or_404(queries.find_objection(place, objection_id))
    authorize(policy.may_settle, objection)
    form = AnswerForm()
    if form.validate_on_submit():
        with form.showing_errors():
            actions.settle(objection=objection, answer=form.answer.data or "", actor=me())
            flash("Your answer is on its way.", "success")
            _say_certified(objection.registration)
            return redirect(url_for(".unposted", short_name=place.slug))
    registration = objection.registration
    return form_page(
        "attendance/settle.html",
        form=form,
        place=place,
        objection=objection,
        rows=[(part, entry, True) for part, entry in _own_rows(registration).values()],
    )


@bp.route("/my/registrations/<int:registration_id>/attendance", methods=["GET", "POST"])
def mine(registration_id: int) -> ResponseReturnValue:
    """Show a person their own minutes, and let them say that something is wrong."""
    registration = or_404(registrations.find(registration_id))
    authorize(policy.may_see_own, registration)
    rows = _own_rows(registration)
    held = {
        key: part
        for key, (part, _) in rows.items()
        if rules.may_be_marked(queries.begins(part, registration), clock.now())
    }
    form = ObjectionForm()
    form.meeting.choices = [SelectChoice(key, _part_label(part)) for key, part in held.items()]
    if form.validate_on_submit():
        with form.showing_errors():
            actions.raise_objection(
                registration=registration,
                part=held[form.meeting.data],
                text=form.text.data or "",
                actor=me(),
            )
            flash("Thank you. The coordinator will look into it and answer by mail.", "success")
            return redirect(url_for(".mine", registration_id=registration.id))
    return form_page(
        "attendance/mine.html",
        form=form,
        registration=registration,
        rows=[(part, entry, key in held) for key, (part, entry) in rows.items()],
        objections=queries.objections_of(registration),
    )


def _load(short_name: str, course_session_id: int) -> tuple[Collaborative, CourseSession]:
    place = or_404(organizations.collaborative(short_name))
    return place, or_404(catalog.course_session(place, course_session_id))


def _load_bare(short_name: str, course_session_id: int) -> tuple[Collaborative, CourseSession]:
    """Load the session without its other meetings: a tap is about one person at one of them."""
    place = or_404(organizations.collaborative(short_name))
    return place, or_404(catalog.bare_course_session(place, course_session_id))


def _part(course_session: CourseSession, form: PartForm) -> Part:
    """Return the part that the form means; another session's meeting does not exist here."""
    return or_404(queries.find_part(course_session, form.meeting_id))


def _own_rows(registration: Registration) -> dict[str, tuple[Part, AttendanceEntry | None]]:
    """Return each part and the entry that holds, by what the form calls the part."""
    newest = queries.newest_of(registration)
    return {
        str(part.meeting_id or OUTSIDE): (part, newest.get((registration.id, part.meeting_id)))
        for part in queries.parts(registration.course_session)
    }


def _part_label(part: Part) -> str:
    return filters.when(part.starts_at) if part.starts_at else "Work outside meetings"


def _said_of(entered: Entered) -> str:
    """Say what became of a paper sheet, and who was left as they were."""
    said = [f"Marked {entered.present} present."]
    if entered.absent:
        said = [f"Marked {entered.present} present and {entered.absent} absent."]
    if entered.left:
        people = filters.plural(entered.left, "person was", "people were")
        stay = "stays as marked" if entered.left == 1 else "stay as marked"
        said.append(f"{people} marked otherwise before and {stay}.")
    return " ".join(said)


def _asked_part(course_session: CourseSession) -> Part | None:
    """Return the part that the address names, if it names one."""
    asked = request.args.get("meeting", "")
    if asked == OUTSIDE:
        return queries.find_part(course_session, None)
    meeting_id = incoming.row_number(asked)
    return queries.find_part(course_session, meeting_id) if meeting_id else None


def _back_to_sheet(place: Collaborative, course_session: CourseSession, part: Part) -> Response:
    return redirect(  # type: ignore[return-value]  # Werkzeug's response is Flask's here.
        url_for(
            ".sheet",
            short_name=place.slug,
            course_session_id=course_session.id,
            meeting=part.meeting_id or OUTSIDE,
        )
    )


def _sheet(
    place: Collaborative,
    course_session: CourseSession,
    part: Part | None,
    refused: Refused | None = None,
    paper: PaperForm | None = None,
) -> ResponseReturnValue:
    meeting_id = part.meeting_id if part else None
    begins = part and (part.starts_at or course_session.starts_at)
    page = render_template(
        "attendance/sheet.html",
        place=place,
        course_session=course_session,
        parts=queries.parts(course_session),
        part=part,
        opens_at=rules.may_be_marked_from(begins) if begins else None,
        now=clock.now(),
        registrations=queries.expected(course_session),
        marks=queries.marks(course_session, meeting_id),
        tally=queries.tally(course_session, meeting_id),
        refused=refused,
        paper=paper or PaperForm(formdata=None, meeting=meeting_id),
    )
    return page, UNPROCESSABLE if refused or paper else 200


def _say_promoted(promoted: list[Registration]) -> None:
    """Say who got the place that has become free, and whom staff tell of it themselves."""
    for each in promoted:
        name, has_address = each.person.display_name, each.person.email is not None
        told = "" if has_address else " There is no address, so tell them yourself."
        flash(f"{name} has the place now.{told}", "success" if has_address else "warning")


def _say_certified(registration: Registration) -> None:
    """Say that a certificate does not follow by itself when somebody's attendance is corrected."""
    if registration.completed_at is not None:
        name = registration.person.display_name
        flash(
            f"A certificate was issued to {name} before. If the hours have changed, it is issued "
            "again under Certificates.",
            "warning",
        )


def _answer(
    place: Collaborative,
    course_session: CourseSession,
    part: Part,
    registration: Registration,
    refused: Refused | None = None,
) -> ResponseReturnValue:
    """Answer with the person's row and the counts, or with the whole sheet without JavaScript."""
    if not is_htmx():
        if refused:
            return _sheet(place, course_session, part, refused)
        _say_certified(registration)
        response = _back_to_sheet(place, course_session, part)
        response.location += f"#row-{registration.id}"
        return response
    page = render_template(
        "attendance/_answer.html",
        place=place,
        course_session=course_session,
        part=part,
        registration=registration,
        entry=queries.find_mark(registration, part.meeting_id),
        tally=queries.tally(course_session, part.meeting_id),
        refused=refused,
    )
    return page, UNPROCESSABLE if refused else 200
