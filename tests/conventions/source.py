"""The source as the conventions read it: modules, templates, and what is in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates"

# The files of a feature, as docs/architecture.md explains them.
LAYERS = (
    "models",
    "rules",
    "queries",
    "policy",
    "emails",
    "documents",
    "actions",
    "forms",
    "views",
    "cli",
)


@dataclass(frozen=True)
class Module:
    """One Python file."""

    path: Path

    @property
    def name(self) -> str:
        """What it is called in a message: its path from the root."""
        return str(self.path.relative_to(ROOT))

    @property
    def dotted(self) -> str:
        """What it is called in an import: "pdtrack.catalog.actions.topics"."""
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts).removesuffix(".__init__")

    @property
    def parts(self) -> tuple[str, ...]:
        """Its place below `pdtrack`: ("catalog", "actions", "topics")."""
        return self.path.relative_to(ROOT / "pdtrack").with_suffix("").parts

    @property
    def feature(self) -> str:
        """The feature that it belongs to."""
        return self.parts[0]

    @property
    def layer(self) -> str:
        """Its file in the feature; the modules of a package `actions/` are all actions."""
        return self.parts[1] if len(self.parts) > 1 else ""

    @property
    def text(self) -> str:
        """What is written in it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def tree(self) -> ast.Module:
        """What is written in it, parsed."""
        return _parsed(self.path)

    def at(self, node: ast.expr | ast.stmt) -> str:
        """Name a place in it, as an editor opens it."""
        return f"{self.name}:{node.lineno}"


@cache
def _parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def modules(folder: str = "pdtrack") -> tuple[Module, ...]:
    """Return every Python file below a folder, in order."""
    return tuple(Module(path) for path in sorted((ROOT / folder).rglob("*.py")))


@cache
def features() -> tuple[str, ...]:
    """Return the name of every feature: the packages beside core."""
    folders = (path.parent for path in (ROOT / "pdtrack").glob("*/__init__.py"))
    return tuple(sorted(path.name for path in folders if path.name != "core"))


def layer(name: str) -> Iterator[Module]:
    """Yield one file of every feature that has it."""
    return (each for each in modules() if each.feature in features() and each.layer == name)


def calls(module: Module) -> Iterator[tuple[ast.Call, str]]:
    """Yield every call with what is called, as it is written: "db.session.add"."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            yield node, ast.unparse(node.func)


def functions(module: Module) -> Iterator[tuple[ast.FunctionDef, set[str]]]:
    """Yield every function at the top of a module, with the names of its decorators."""
    for node in module.tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node, {ast.unparse(each).split("(")[0] for each in node.decorator_list}


def imports(module: Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield every import with the dotted name of what it takes."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                yield node, f"{node.module}.{alias.name}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield node, alias.name


def known(module: Module) -> dict[str, str]:
    """Return what a module's names for others stand for, by their dotted names."""
    return {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def uses(module: Module) -> Iterator[str]:
    """Yield the dotted name of whatever a module makes use of, be it another's or its own.

    An import alone is no use, nor is what a function says of itself.
    """
    names = known(module)
    for statement in module.tree.body:
        own = _bound_in(statement)
        for node in ast.walk(statement):
            if isinstance(node, ast.Name) and node.id not in own:
                yield names.get(node.id, f"{module.dotted}.{node.id}")
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                yield f"{names.get(node.value.id, node.value.id)}.{node.attr}"


def _bound_in(statement: ast.stmt) -> set[str]:
    """Return the names that mean something else inside a function: its own and its variables."""
    if not isinstance(statement, ast.FunctionDef):
        return set()
    inside = list(ast.walk(statement))
    arguments = {node.arg for node in inside if isinstance(node, ast.arg)}
    written = {
        node.id for node in inside if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    return {statement.name, *arguments, *written}


def strings(module: Module) -> Iterator[tuple[ast.Constant, str]]:
    """Yield every piece of text in a module that is not a docstring."""
    remarks = {
        id(node.value)
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.Constant) or id(node) in remarks:
            continue
        if isinstance(node.value, str):
            yield node, node.value


@cache
def templates() -> tuple[str, ...]:
    """Return the name of every template, as `render_template` takes it."""
    files = (path for path in TEMPLATES.rglob("*") if path.is_file())
    return tuple(sorted(str(path.relative_to(TEMPLATES)) for path in files))


def listed(problems: list[str], advice: str) -> str:
    """Write a failure: what to do, then where."""
    return "\n".join([advice, *problems])
