"""Every module says what it holds, stays short, and is where a reader looks for it."""

from __future__ import annotations

import ast

from tests.conventions import source

LONGEST = 400
PROJECT = ("pdtrack", "tests", "bench")
PAGES = ("views", "forms", "emails", "cli")
NOT_A_PLACE = ("utils", "util", "helpers", "common", "misc", "services", "managers", "shared")

# A feature may have a further file, named for a noun of its domain. Add the noun here with what
# it holds; if no noun comes to mind, the code belongs into one of the files in source.LAYERS.
NOUNS = {
    "acquaintance": "whom a collaborative knows",
    "addresses": "the e-mail addresses of a person",
    "attendance": "a report",
    "backups": "everything in one file",
    "checkup": "what a doctor would ask an installation",
    "credit": "which marks count",
    "details": "everything about a session that a page shows",
    "feeds": "calendars as files",
    "identity": "who a visitor is",
    "imports": "lists that come as files",
    "journal": "what the audit log says of a change",
    "links": "the secrets in mail",
    "lockout": "counting attempts",
    "metrics": "figures for Prometheus",
    "passwords": "what a password must be, and how it is kept",
    "printing": "the worker's part of a certificate",
    "records": "everything that is held about a person",
    "schedule": "dates that follow one another",
    "schema": "which version the tables have",
    "search": "finding by words",
    "topics": "the topics that every installation starts with",
    "year": "a report",
}
# A generator of rows and a set of tools have no layers.
WITHOUT_LAYERS = ("core", "demo")


def test_every_module_says_what_is_inside() -> None:
    silent = [
        module.name
        for folder in PROJECT
        for module in source.modules(folder)
        if ast.get_docstring(module.tree) is None and module.text.strip()
    ]
    silent += [
        module.name
        for module in source.modules()
        if module.path.name == "__init__.py" and not module.text.strip()
    ]

    assert not silent, source.listed(silent, "Begin each with one sentence in a reader's words.")


def test_no_module_is_longer_than_a_reader_can_hold() -> None:
    lengths = {
        module.name: len(module.text.splitlines())
        for folder in PROJECT
        for module in source.modules(folder)
    }
    long = [f"{name}: {lines} lines" for name, lines in lengths.items() if lines > LONGEST]

    assert not long, source.listed(long, "Split each by what it is about; actions.py to actions/.")


def test_every_file_of_a_feature_has_an_expected_name() -> None:
    known = {*source.LAYERS, *NOUNS, "__init__"}
    odd = [
        module.name
        for module in source.modules()
        if module.feature in source.features()
        and module.feature not in WITHOUT_LAYERS
        and module.layer not in known
    ]
    odd += [module.name for module in source.modules() if module.path.stem in NOT_A_PLACE]

    assert not odd, source.listed(
        sorted(set(odd)),
        "Use a file of docs/architecture.md, or add a noun of the domain to NOUNS here.",
    )


def test_pages_do_not_use_the_pages_of_another_feature() -> None:
    problems = []
    for module in source.modules():
        if module.feature in source.features():
            for node, name in source.imports(module):
                top, *path = name.split(".")
                if top == "pdtrack" and _is_a_page_elsewhere(path, module.feature):
                    problems.append(f"{module.at(node)} {name}")

    assert not problems, source.listed(
        problems, "Take models, queries, policy, actions or documents instead."
    )


def _is_a_page_elsewhere(path: list[str], feature: str) -> bool:
    return len(path) > 1 and path[0] not in (feature, "core") and path[1] in PAGES
