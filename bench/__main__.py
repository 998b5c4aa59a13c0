"""Run the benchmarks: all of them, or those named."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable

from bench import inside, pages, registrations, workers
from bench.figures import Figures

CASES: dict[str, Callable[[Figures], None]] = {
    "pages": pages.measure,
    "registrations": registrations.measure,
    "race": registrations.race,
    "certificate": inside.certificate,
    "feed": inside.feed,
    "report": inside.attendance_report,
    "worker": workers.measure,
}


def main(names: list[str]) -> int:
    """Measure what is named, or everything; 1 if a bound does not hold."""
    unknown = [name for name in names if name not in CASES]
    if unknown or names == ["list"]:
        print("What can be measured:", ", ".join(CASES))
        return 0 if names == ["list"] else 2
    logging.disable(logging.INFO)  # Figures are all there is to read.
    figures = Figures()
    for name in names or CASES:
        CASES[name](figures)
    if figures.failed:
        print("\nDoes not hold:", *figures.failed, sep="\n  ")
    return 1 if figures.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
