"""Whatever a feature offers is used: code that only tests run is kept for nobody."""

from __future__ import annotations

from tests.conventions import source

OFFERED = ("queries", "rules", "actions")

# What nothing in pdtrack or bench uses all the same, each with its reason.
FOR_OTHERS = {
    "pdtrack.catalog.actions.topics.edit_topic": "topics have no page; search must follow a rename",
}


def test_what_a_feature_offers_is_used_by_a_page_a_command_or_a_measurement() -> None:
    # A package says under its own name what its modules hold.
    moved = {
        f"{module.dotted}.{name}": target
        for module in source.modules()
        if module.path.name == "__init__.py"
        for name, target in source.known(module).items()
    }
    used = {
        moved.get(name, name)
        for folder in ("pdtrack", "bench")
        for module in source.modules(folder)
        for name in source.uses(module)
    }
    unused = [
        f"{module.at(function)} {function.name}"
        for layer in OFFERED
        for module in source.layer(layer)
        for function, _decorators in source.functions(module)
        if not function.name.startswith("_")
        and f"{module.dotted}.{function.name}" not in {*used, *FOR_OTHERS}
    ]

    assert not unused, source.listed(
        unused, "Delete each and let tests ask what pages ask, or say in FOR_OTHERS who needs it."
    )
