"""Every template is used, and uses what it imports."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from jinja2 import nodes

from tests.conventions import source

A_TEMPLATE = re.compile(r"[a-z_]+/[a-z0-9_/]+\.(html|txt)")
A_MAIL = re.compile(r"[a-z_]+/[a-z0-9_]+")  # outbox.send knows where they are.
REFERENCES: Any = (nodes.Extends, nodes.FromImport, nodes.Import, nodes.Include)


@pytest.fixture(scope="module")
def trees(application: Flask) -> dict[str, nodes.Template]:
    """Every template, parsed as the application parses it."""
    environment = application.jinja_env
    texts = {name: (source.TEMPLATES / name).read_text() for name in source.templates()}
    return {name: environment.parse(text, name=name) for name, text in texts.items()}


def test_templates_import_only_what_they_use(trees: dict[str, nodes.Template]) -> None:
    unused = [
        f"templates/{name}: {imported}"
        for name, tree in trees.items()
        for imported in sorted(_imported(tree) - _used(tree))
    ]

    assert not unused, source.listed(unused, "Take these names out of their imports.")


def test_templates_import_only_what_there_is(trees: dict[str, nodes.Template]) -> None:
    missing = [
        f"templates/{name}: {macro} from {target}"
        for name, tree in trees.items()
        for target, macro in _macros_taken(tree)
        if target not in trees or macro not in _offered(trees[target])
    ]

    assert not missing, source.listed(missing, "Write these macros, or mend their names.")


def test_every_template_is_reached_by_some_view_mail_or_document(
    trees: dict[str, nodes.Template],
) -> None:
    reached: set[str] = set()
    waiting = (_texts() | {f"emails/{text}.txt" for text in _texts()}) & trees.keys()
    while waiting:
        reached |= waiting
        waiting = {to for name in waiting for to in _references(trees[name])} & trees.keys()
        waiting -= reached
    dead = [f"templates/{name}" for name in sorted(trees.keys() - reached)]

    assert not dead, source.listed(dead, "Render these by their full name, or delete them.")


def test_every_template_that_is_named_is_there(trees: dict[str, nodes.Template]) -> None:
    named = {name for name in _texts() if A_TEMPLATE.fullmatch(name)}
    named |= {f"emails/{text}.txt" for text in _texts("emails") if A_MAIL.fullmatch(text)}
    named |= {to for tree in trees.values() for to in _references(tree)}
    missing = [
        f"templates/{name}"
        for name in sorted(named - trees.keys())
        if not (source.ROOT / "static" / name).is_file()
    ]

    assert not missing, source.listed(missing, "Write these templates, or mend their names.")


def _texts(layer: str = "") -> set[str]:
    """Return every text in the package, or in one file of each feature."""
    modules = source.layer(layer) if layer else source.modules()
    return {text for module in modules for _, text in source.strings(module)}


def _references(tree: nodes.Template) -> Iterator[str]:
    """Yield the templates that a template extends, imports or includes."""
    for node in tree.find_all(REFERENCES):
        for constant in _constants(node.template):
            yield from [constant] if isinstance(constant, str) else constant


def _constants(named: nodes.Expr) -> Iterator[Any]:
    """Yield what an expression may be, if it is said in so many words."""
    if isinstance(named, nodes.Const):
        yield named.value
    yield from (each.value for each in named.find_all(nodes.Const))


def _imported(tree: nodes.Template) -> set[str]:
    """Return the names that imports bring into a template."""
    whole = {node.target for node in tree.find_all(nodes.Import)}
    return whole | {
        name if isinstance(name, str) else name[1]
        for node in tree.find_all(nodes.FromImport)
        for name in node.names
    }


def _used(tree: nodes.Template) -> set[str]:
    return {node.name for node in tree.find_all(nodes.Name) if node.ctx == "load"}


def _macros_taken(tree: nodes.Template) -> Iterator[tuple[str, str]]:
    for node in tree.find_all(nodes.FromImport):
        if isinstance(node.template, nodes.Const):
            for name in node.names:
                yield node.template.value, name if isinstance(name, str) else name[0]


def _offered(tree: nodes.Template) -> set[str]:
    macros = {node.name for node in tree.find_all(nodes.Macro)}
    return macros | {node.name for node in tree.find_all(nodes.Name) if node.ctx == "store"}
