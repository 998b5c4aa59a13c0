"""What a stranger sees of an answer, to compare whole answers with each other."""

from __future__ import annotations

import re

from werkzeug.test import TestResponse

# These differ from answer to answer whoever asks.
_CHANGING = re.compile(r'name="csrf_token"\s+value="[^"]+"|"X-CSRFToken": "[^"]+"')
_OF_THE_REQUEST = ("X-Request-ID", "Content-Length")


def seen(answer: TestResponse, email: str) -> str:
    """Return the whole answer but for the address typed and what is random for everybody."""
    headers = [
        f"{name}: {value.split('=')[0] if name == 'Set-Cookie' else value}"
        for name, value in sorted(answer.headers.items())
        if name not in _OF_THE_REQUEST
    ]
    shown = answer.text.replace("@<wbr>", "@")  # Where a long address may break.
    body = _CHANGING.sub("", shown).replace(email, "?")
    return "\n".join([answer.status, *headers, body])
