"""Every rule of a policy is tried with every role."""

from __future__ import annotations

import re

from tests.conventions import source


def test_every_rule_is_in_a_table_of_roles() -> None:
    untried = []
    for module in source.layer("policy"):
        table = source.ROOT / "tests" / module.feature / "test_policy.py"
        tried = table.read_text(encoding="utf-8") if table.exists() else ""
        untried += [
            f"{module.at(function)} {function.name}: tests/{module.feature}/test_policy.py"
            for function, decorators in source.functions(module)
            if "rule" in decorators and not re.search(rf"\b{function.name}\b", tried)
        ]

    assert not untried, source.listed(untried, "Add each to the table of roles in the file named.")


def test_every_function_of_a_policy_that_decides_is_a_rule() -> None:
    unmarked = [
        f"{module.at(function)} {function.name}"
        for module in source.layer("policy")
        for function, decorators in source.functions(module)
        if function.name.startswith("may_") and "rule" not in decorators
    ]

    assert not unmarked, source.listed(unmarked, "Put @rule above each.")
