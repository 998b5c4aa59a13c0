"""What is written about the product: every link leads somewhere, every decision has its number."""

from __future__ import annotations

import re

from tests.conventions import source

LINK = re.compile(r"\]\(([^)#\s]+)")


def test_links_between_documents_lead_somewhere() -> None:
    documents = [source.ROOT / "README.md", *(source.ROOT / "docs").rglob("*.md")]
    lost = [
        f"{document.relative_to(source.ROOT)} links to {target}"
        for document in documents
        for target in LINK.findall(document.read_text(encoding="utf-8"))
        if "://" not in target and not (document.parent / target).exists()
    ]

    assert len(documents) > 10
    assert not lost, source.listed(lost, "Write what is missing, or mend the link.")


def test_decisions_are_numbered_without_gaps() -> None:
    decisions = sorted((source.ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(decision.name[:4]) for decision in decisions]
    headings = [decision.read_text(encoding="utf-8")[:7] for decision in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    assert headings == [f"# {number:04} " for number in numbers]
