"""The addresses of the site, with the names of one world's or another's things in them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import Rule

from pdtrack.core import authz
from tests.roles.world import World

# These say how, not what: any of their values will do.
NOT_A_THING = {"ending": "csv"}


@dataclass(frozen=True)
class Route:
    """One address with one method."""

    rule: Rule
    method: str
    access: str

    def __str__(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def place(self) -> str:
        """The first part of the path, which says what its parameters mean."""
        if self.access == "public" and "course_session_id" in self.parameters:
            return "public"
        return self.rule.rule.split("/")[1]

    @property
    def parameters(self) -> list[str]:
        """The names in the address that stand for things."""
        return sorted(self.rule.arguments - NOT_A_THING.keys())

    def url(self, app: Flask, *worlds: World) -> str:
        """Return the address; the nth parameter names a thing of the nth world."""
        values = {name: value for name, value in NOT_A_THING.items() if name in self.rule.arguments}
        for name, world in zip(self.parameters, worlds, strict=True):
            value = world.value(self.place, name)
            assert value is not None, (
                f"{self} has a parameter {name!r} that no world knows. Make such a thing in "
                f"tests/roles/world.py and put it into `names` as {name!r}, or as "
                f"'{self.place}:{name}' if it is another one below /{self.place}."
            )
            values[name] = str(value)
        return app.url_map.bind("localhost").build(self.rule.endpoint, values, self.method)

    def urls_with(self, app: Flask, ours: World, theirs: World) -> Iterator[str]:
        """Return every address in which at least one thing is theirs; the plain one without any."""
        count = len(self.parameters)
        for worlds in itertools.product((theirs, ours), repeat=count):
            if theirs in worlds or not count:
                yield self.url(app, *worlds)


def routes(app: Flask) -> list[Route]:
    """Return every address with every method that it answers."""
    return [
        Route(rule, method, authz.access_of(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]
