"""Writing topics, which are the platform's and the same for all collaboratives."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from pdtrack.catalog import search
from pdtrack.catalog.models import Topic
from pdtrack.catalog.topics import TopicRow
from pdtrack.core import audit
from pdtrack.core.authz import Actor
from pdtrack.core.db import action, db


@action
def add_topics(*, rows: Iterable[TopicRow], actor: Actor) -> list[Topic]:
    """Add the topics that are missing, by slug; doing it again changes nothing.

    Topics that exist keep what an administrator made of them.
    """
    known = set(db.session.scalars(select(Topic.slug)))
    added = [Topic(**row._asdict()) for row in rows if row.slug not in known]
    db.session.add_all(added)
    db.session.flush()
    for topic in added:
        audit.record(actor, "topic.added", topic, after={"name": topic.name})
    return added


@action
def edit_topic(*, topic: Topic, name: str, other_names: str, actor: Actor) -> Topic:
    """Rename a topic, or change the other names by which search finds it."""
    before = {"name": topic.name, "other_names": topic.other_names}
    topic.name, topic.other_names = name, other_names
    db.session.flush()
    search.index_topic(topic)
    after = {"name": name, "other_names": other_names}
    audit.record(actor, "topic.edited", topic, before=before, after=after)
    return topic


@action
def reindex(*, actor: Actor) -> int:  # noqa: ARG001 - an act is always somebody's.
    """Write the search index anew and return how many sessions are in it."""
    return search.rebuild()
