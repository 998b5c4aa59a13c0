"""Links: absolute addresses, single-use links for acts, and addresses of secret feeds."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import delete, select
from sqlalchemy.orm import Mapped, mapped_column

from pdtrack.core import clock
from pdtrack.core.db import Model, action, db, lock
from pdtrack.core.errors import DomainError

# A link that is clicked late says that it has expired, rather than nothing.
KEPT_AFTER_END = timedelta(days=30)

_GONE = "This link was used already or has expired. Ask for a new one."


class LinkNoLongerWorks(DomainError):
    """The link was used, replaced, has expired or never existed."""


class AccessToken(Model):
    """A link, or a short code, that lets its holder do one thing once; only its hash is kept."""

    __tablename__ = "access_tokens"

    digest: Mapped[str] = mapped_column(unique=True)
    purpose: Mapped[str]
    subject_id: Mapped[int] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    used_at: Mapped[datetime | None]


def url(endpoint: str, **values: object) -> str:
    """Return the absolute address of a page, for mail, feeds and paper.

    `PDTRACK_URL` alone says where this site is; no request's Host header is believed.
    """
    base = str(current_app.config["PDTRACK_URL"])
    adapter = current_app.url_map.bind("localhost")
    current_app.inject_url_defaults(endpoint, values)
    return base + adapter.build(endpoint, values)


def issue(purpose: str, subject_id: int, *, lasts: timedelta, code: str | None = None) -> str:
    """Make a token for one purpose and one subject, and return it; call inside an action.

    With `code` (six digits, say) the token is that code, bound to the subject.
    """
    token = code or secrets.token_urlsafe(32)
    now = clock.now()
    db.session.add(
        AccessToken(
            digest=_digest(purpose, token, subject_id if code else None),
            purpose=purpose,
            subject_id=subject_id,
            created_at=now,
            expires_at=now + lasts,
        )
    )
    return token


def find(purpose: str, token: str, *, code_for: int | None = None) -> AccessToken:
    """Return the token's row if it still works, without using it up.

    `code_for` names the subject when the token is a short code. Raises `LinkNoLongerWorks`.
    """
    found = db.session.scalar(
        select(AccessToken).where(AccessToken.digest == _digest(purpose, token, code_for))
    )
    if found is None or found.used_at is not None or found.expires_at <= clock.now():
        raise LinkNoLongerWorks(_GONE)
    return found


def use(purpose: str, token: str, *, code_for: int | None = None) -> int:
    """Use a token up and return its subject's id; call inside an action.

    Raises `LinkNoLongerWorks`.
    """
    found = find(purpose, token, code_for=code_for)
    lock(found)  # Two clicks at once must not both use it.
    if found.used_at is not None:
        raise LinkNoLongerWorks(_GONE)
    found.used_at = clock.now()
    return found.subject_id


def forget(purpose: str, subject_id: int) -> None:
    """Make every unused token of this purpose and subject stop working; call inside an action."""
    for token in db.session.scalars(
        select(AccessToken).where(
            AccessToken.purpose == purpose,
            AccessToken.subject_id == subject_id,
            AccessToken.used_at.is_(None),
        )
    ):
        token.used_at = clock.now()


def forget_old() -> None:
    """Delete tokens that stopped working a month ago: a chore of the worker."""
    before = clock.now() - KEPT_AFTER_END
    old = select(AccessToken.id).where(AccessToken.expires_at < before).limit(1)
    if db.session.scalar(old) is not None:  # Most of the time there is nothing to write.
        _delete_older_than(before)


@action
def _delete_older_than(moment: datetime) -> None:
    db.session.execute(delete(AccessToken).where(AccessToken.expires_at < moment))


def six_digits(purpose: str, subject_id: int, salt: str) -> str:
    """Return the code that a row with a random salt stands for; always the same, stored nowhere."""
    digest = _digest(purpose, salt, subject_id)
    return f"{int(digest, 16) % 1_000_000:06}"


def feed_token(owner: str, version: int) -> str:
    """Return the secret part of a feed's address: "me:12" and a version make always the same.

    Nothing is stored, so it can be shown again; a new version ends the old address.
    """
    owner_id = owner.rpartition(":")[2]
    return f"{owner_id}-{_feed_signature(owner, version)}"


def is_feed_token(token: str, owner: str, version: int) -> bool:
    """Whether this is the feed token of this owner at this version."""
    return hmac.compare_digest(token.encode(), feed_token(owner, version).encode())


def _feed_signature(owner: str, version: int) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    return hmac.new(key, f"feed:{owner}:{version}".encode(), hashlib.sha256).hexdigest()[:40]


def _digest(purpose: str, token: str, subject_id: int | None) -> str:
    key = current_app.config["SECRET_KEY"].encode()
    text = f"{purpose}:{'' if subject_id is None else subject_id}:{token}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
