"""Decimal numbers as people type them."""

from __future__ import annotations

import re
from decimal import Decimal

# No exponents, infinities or digits of other scripts, all of which Decimal would read.
_PLAIN = re.compile(r"-?(?:[0-9]{1,9}(?:\.[0-9]{0,9})?|\.[0-9]{1,9})")


def read(text: str) -> Decimal:
    """Return the number that a text is. Raises `ValueError` for anything else."""
    if not _PLAIN.fullmatch(text.strip()):
        raise ValueError(text)
    return Decimal(text.strip())
