"""Decisions about organizations, from what is already known."""

from __future__ import annotations

import re

# The free mailbox providers: a verified address there proves no employment.
PUBLIC_MAIL_DOMAINS = frozenset(
    """
    aim.com aol.com att.net charter.net comcast.net cox.net duck.com earthlink.net
    fastmail.com gmail.com gmx.com gmx.net googlemail.com hey.com hotmail.com icloud.com
    juno.com live.com mac.com mail.com me.com msn.com optonline.net outlook.com pm.me
    proton.me protonmail.com rcn.com rocketmail.com sbcglobal.net tutanota.com verizon.net
    yahoo.com yandex.com ymail.com zoho.com
    """.split()  # noqa: SIM905 - thirty-six strings are easier to read as words.
)

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?=.{{4,253}}\Z)(?:{_LABEL}\.)+[a-z][a-z0-9-]*[a-z0-9]\Z")
_ORG_CODE = re.compile(r"[0-9]{8}\Z")


def domain_of(text: str) -> str | None:
    """Return the mail domain that somebody typed ("@NPS.org", "ada@nps.org"), or None.

    It is given as it is compared: lower case, and names beyond ASCII in their
    coded form (RFC 5891).
    """
    name = text.strip().rpartition("@")[2].strip().rstrip(".").lower()
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return None
    return name if _DOMAIN.match(name) else None


def is_public_mail(domain: str) -> bool:
    """Whether anybody can have an address in a domain, so that it proves nothing."""
    return domain in PUBLIC_MAIL_DOMAINS


def is_org_code(text: str) -> bool:
    """Whether a text is the state's code of an organization: eight digits."""
    return bool(_ORG_CODE.match(text))


def is_collaborative_code(text: str) -> bool:
    """Whether a code is a collaborative's: it begins with 05 and ends like a district's."""
    return is_org_code(text) and text.startswith("05") and text.endswith("0000")


def is_district_code(text: str) -> bool:
    """Whether a code is a district's: it ends in four zeros and is no collaborative's."""
    is_district = text.endswith("0000") and not text.startswith("05")
    return is_org_code(text) and is_district and text != "00000000"


def is_school_code(text: str) -> bool:
    """Whether a code is a school's: its last four digits name it."""
    return is_org_code(text) and not text.endswith("0000")


def letters_of(short_name: str) -> str:
    """Return what the numbers of certificates begin with: "LEAP Ed" becomes "LEAPED"."""
    return "".join(each for each in short_name.upper() if each.isascii() and each.isalnum())


def slug_of(short_name: str) -> str:
    """Return a short name as it stands in addresses: "LEAP Ed" becomes "leap-ed"."""
    return re.sub(r"[^a-z0-9]+", "-", short_name.lower()).strip("-")
