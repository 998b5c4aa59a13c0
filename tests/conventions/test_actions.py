"""Writing happens in actions, and each is one transaction."""

from __future__ import annotations

import ast
import re

from tests.conventions import source

WRITES = ("add", "add_all", "delete", "merge", "bulk_save_objects", "bulk_insert_mappings")
ENDINGS = ("commit", "rollback")
# What is kept for good: nothing ever deletes it, and of these the first two are never changed.
KEPT = ("AuditEntry", "AttendanceEntry", "Award", "Certificate", "Registration", "FormerName")
UNCHANGED = KEPT[:2]
WRITERS = ("core", "demo")  # The demo fills tables in bulk; core keeps audit and outbox.


def test_every_public_action_is_a_transaction_of_somebody() -> None:
    problems = [
        f"{module.at(function)} {function.name}: {lacking}"
        for module in source.layer("actions")
        for function, decorators in source.functions(module)
        if _is_offered(module, function) and (lacking := _lacking(function, decorators))
    ]

    assert not problems, source.listed(problems, "Give these actions what they lack.")


def test_only_the_transaction_itself_commits_or_rolls_back() -> None:
    problems = [
        f"{module.at(call)} {called}()"
        for module in source.modules()
        if module.parts != ("core", "db")
        for call, called in source.calls(module)
        if _is_of_the_session(called, ENDINGS)
    ]

    assert not problems, source.listed(
        problems, "Leave the end of a transaction to @action in pdtrack/core/db.py."
    )


def test_only_actions_add_and_delete() -> None:
    problems = [
        f"{module.at(call)} {called}()"
        for module in source.modules()
        if module.layer != "actions" and module.feature not in WRITERS
        for call, called in source.calls(module)
        if _is_of_the_session(called, WRITES)
    ]

    assert not problems, source.listed(problems, "Move these writes into actions.py.")


def test_what_is_kept_for_good_is_neither_deleted_nor_rewritten() -> None:
    deleting = re.compile(rf"\bdelete\(\s*(?:{'|'.join(KEPT)})\b")
    rewriting = re.compile(rf"\bupdate\(\s*(?:{'|'.join(UNCHANGED)})\b")
    problems = [
        f"{module.name}: {found[0]}"
        for module in source.modules()
        for found in (*deleting.finditer(module.text), *rewriting.finditer(module.text))
    ]

    assert not problems, source.listed(problems, "Write a new line that corrects the old one.")


def _is_offered(module: source.Module, function: ast.FunctionDef) -> bool:
    """Whether others may call it: public, and named by the package where there is one.

    What takes nothing is a chore of the worker, which calls an action for each thing due.
    """
    parameters = ast.unparse(function.args)
    if function.name.startswith("_") or not parameters:
        return False
    package = module.path.with_name("__init__.py")
    if module.path.parent.name != "actions":
        return True
    offered = {name.rpartition(".")[2] for _, name in source.imports(source.Module(package))}
    return function.name in offered


def _lacking(function: ast.FunctionDef, decorators: set[str]) -> str:
    parameters = function.args
    lacking = []
    if "action" not in decorators:
        lacking.append("@action")
    if "actor" not in {each.arg for each in parameters.kwonlyargs}:
        lacking.append("a parameter `actor: Actor`")
    if parameters.args or parameters.posonlyargs:
        lacking.append("`*, ` before its first parameter")
    return ", ".join(lacking)


def _is_of_the_session(called: str, names: tuple[str, ...]) -> bool:
    """Whether a call goes to the database session: `db.session.add`, `session().commit`."""
    of, _, name = called.rpartition(".")
    return name in names and of.removesuffix("()").split(".")[-1] == "session"
