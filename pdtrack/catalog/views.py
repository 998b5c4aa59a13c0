"""The courses of a collaborative, for its coordinators."""

from __future__ import annotations

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from pdtrack.accounts.identity import me
from pdtrack.catalog import actions, policy, queries
from pdtrack.catalog.forms import ConfirmForm, CourseForm
from pdtrack.catalog.models import Course
from pdtrack.core import navigation
from pdtrack.core.authz import authorize
from pdtrack.core.pages import form_page, or_404, page_number
from pdtrack.organizations import queries as organizations
from pdtrack.organizations.models import Collaborative

bp = Blueprint("catalog", __name__, url_prefix="/manage/<short_name>")


def init_app(app: Flask) -> None:
    """Open the pages and add their menu entry."""
    app.register_blueprint(bp)
    navigation.add("manage", "Courses", "catalog.courses", order=40, rule="catalog.offer")


@bp.get("/courses")
def courses(short_name: str) -> ResponseReturnValue:
    """List a collaborative's courses, retired ones included."""
    place = _place(short_name)
    authorize(policy.may_offer, place)
    text = request.args.get("q", "").strip()[:200]
    page = queries.course_page(place, text=text, number=page_number())
    counts = queries.session_counts(course.id for course in page)
    return render_template("catalog/courses.html", place=place, page=page, text=text, counts=counts)


@bp.route("/courses/new", methods=["GET", "POST"])
def new_course(short_name: str) -> ResponseReturnValue:
    """Write down a new course."""
    place = _place(short_name)
    authorize(policy.may_offer, place)
    form = CourseForm()
    form.offer(queries.topics())
    if form.validate_on_submit():
        with form.showing_errors():
            course = actions.create_course(collaborative=place, details=form.details, actor=me())
            flash(f"“{course.title}” is in your list of courses.", "success")
            return redirect(url_for(".courses", short_name=short_name))
    return form_page("catalog/new_course.html", form=form, place=place)


@bp.route("/courses/<int:course_id>", methods=["GET", "POST"])
def edit_course(short_name: str, course_id: int) -> ResponseReturnValue:
    """Change a course."""
    place, course = _course(short_name, course_id)
    authorize(policy.may_edit, course)
    form = CourseForm(obj=course)
    form.offer(queries.topics())
    if form.validate_on_submit():
        with form.showing_errors():
            actions.edit_course(
                course=course, details=form.details, version=form.version.data, actor=me()
            )
            flash("Your changes are saved.", "success")
            return redirect(url_for(".courses", short_name=short_name))
    count = queries.session_counts([course.id]).get(course.id, 0)
    return form_page("catalog/edit_course.html", form=form, place=place, course=course, count=count)


@bp.post("/courses/<int:course_id>/retire")
def retire_course(short_name: str, course_id: int) -> ResponseReturnValue:
    """Take a course out of use."""
    _, course = _course(short_name, course_id)
    authorize(policy.may_edit, course)
    if ConfirmForm().validate_on_submit():
        actions.retire_course(course=course, actor=me())
        flash(f"“{course.title}” is retired. Its sessions stay as they are.", "success")
    return redirect(url_for(".courses", short_name=short_name))


@bp.post("/courses/<int:course_id>/revive")
def revive_course(short_name: str, course_id: int) -> ResponseReturnValue:
    """Take a retired course into use again."""
    _, course = _course(short_name, course_id)
    authorize(policy.may_edit, course)
    if ConfirmForm().validate_on_submit():
        actions.revive_course(course=course, actor=me())
        flash(f"“{course.title}” is in use again.", "success")
    return redirect(url_for(".courses", short_name=short_name))


def _place(short_name: str) -> Collaborative:
    return or_404(organizations.collaborative(short_name))


def _course(short_name: str, course_id: int) -> tuple[Collaborative, Course]:
    place = _place(short_name)
    return place, or_404(queries.course(place, course_id))
