"""What is written about the product: links and files are there, decisions have their numbers."""

from __future__ import annotations

import re

from tests.conventions import source

LINK = re.compile(r"\]\(([^)#\s]+)")
# A Python file in some folder: "core/db.py", also "catalog/documents.py: meeting_event".
FILE = re.compile(r"`((?:\w+/)+\w+\.py)\b")


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


def test_files_that_documents_name_are_there() -> None:
    lost = [
        f"{document.relative_to(source.ROOT)} names {name}"
        for document in sorted((source.ROOT / "docs").rglob("*.md"))
        for name in FILE.findall(document.read_text(encoding="utf-8"))
        if not any((source.ROOT / folder / name).exists() for folder in (".", "pdtrack"))
    ]

    assert not lost, source.listed(lost, "Name each file by its path from the root or pdtrack/.")


def test_decisions_are_numbered_without_gaps() -> None:
    decisions = sorted((source.ROOT / "docs" / "adr").glob("*.md"))
    numbers = [int(decision.name[:4]) for decision in decisions]
    headings = [decision.read_text(encoding="utf-8")[:7] for decision in decisions]

    assert numbers == list(range(1, len(decisions) + 1))
    assert headings == [f"# {number:04} " for number in numbers]
