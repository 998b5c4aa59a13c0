"""Pages, mail and PDFs are written in American English, in the words of docs/domain.md."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tests.conventions import source

BRITISH = re.compile(
    r"\b(?:"
    r"analyse\w*|apologis\w+|authoris\w+|behaviour\w*|catalogue\w*|"
    r"categoris\w+|centre\w*|cheque\w*|colour\w*|customis\w+|defence|enrol|enrols|enrolment\w*|"
    r"favour\w*|finalis\w+|fortnight\w*|fulfil|fulfils|grey\w*|honour\w*|instalment\w*|"
    r"judgement\w*|labelled|labelling|labour\w*|learnt|licence\w*|maximis\w+|minimis\w+|"
    r"modelling|neighbour\w*|normalis\w+|offence|optimis\w+|organis\w+|paediatric\w*|postcode\w*|"
    r"practis\w+|prioritis\w+|programme|programmes|realise\w*|recognis\w+|skilful\w*|"
    r"specialis(?:e|ed|es|ing|ation)|summaris\w+|synchronis\w+|theatre\w*|timetable\w*|travell\w+|utilis\w+|whilst"
    r")\b",
    re.IGNORECASE,
)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
MARKUP = re.compile(r"\{%.*?%\}|<[^>]*>", re.DOTALL)
HEAD = re.compile(r"\| *never *\| *say *\|")
CALENDARS = "pdtrack/core/ical.py"  # The standard calls an entry an event.
REMARK = re.compile(r" *\([^)]*\)")


def test_spelling_is_american() -> None:
    problems = [
        f"{place}: {found.group()}"
        for place, text in _everything_people_read()
        for found in BRITISH.finditer(text)
    ]

    assert not problems, source.listed(problems, "Spell these as schools in Massachusetts do.")


def test_no_word_is_used_that_the_domain_has_another_for() -> None:
    never = _never()
    assert never, "Write a table of words in docs/domain.md: | never | say |"
    words = re.compile(rf"\b(?:{'|'.join(map(re.escape, never))})\b(?!-)", re.IGNORECASE)
    problems = [
        f"{place}: {found.group()!r}, say {never[found.group().lower()]}"
        for place, text in _what_people_see()
        for found in words.finditer(text)
    ]

    assert not problems, source.listed(problems, "Use the words of docs/domain.md.")


def _everything_people_read() -> Iterator[tuple[str, str]]:
    """Yield each template and each text in the package, with its place."""
    for name in source.templates():
        text = (source.TEMPLATES / name).read_text(encoding="utf-8")
        yield f"templates/{name}", COMMENT.sub(" ", text)
    for module in source.modules():
        for node, text in source.strings(module):
            yield module.at(node), text


def _what_people_see() -> Iterator[tuple[str, str]]:
    """Yield the same without markup and identifiers, which have words of their own."""
    for place, text in _everything_people_read():
        if place.startswith(CALENDARS):
            continue
        shown = MARKUP.sub(" ", text)
        if place.startswith("templates/") or _is_a_sentence(shown):
            yield place, re.sub(r"\{\{.*?\}\}", " ", shown, flags=re.DOTALL)


def _is_a_sentence(text: str) -> bool:
    return bool(re.match(r"[A-Z]", text)) and " " in text


def _never() -> dict[str, str]:
    """Return each word of the table "never | say", with what to say."""
    lines = iter((source.ROOT / "docs" / "domain.md").read_text(encoding="utf-8").splitlines())
    words: dict[str, str] = {}
    for line in lines:
        if HEAD.match(line):
            break
    next(lines, None)  # The rule under the head.
    for line in lines:
        if not line.startswith("|"):
            break
        never, say = (cell.strip() for cell in line.strip("|").split("|"))
        words |= dict.fromkeys(REMARK.sub("", never).lower().split(", "), say)
    return words
