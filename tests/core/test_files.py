"""Kept files survive power cuts, are checked when read and never lead out of their folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from pdtrack.core.files import DamagedFile, FileStore, MalformedDigest


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def test_what_is_saved_is_read_back_under_its_digest(store: FileStore) -> None:
    digest = store.save(b"%PDF-1.7 certificate")

    assert digest == hashlib.sha256(b"%PDF-1.7 certificate").hexdigest()
    assert store.read(digest) == b"%PDF-1.7 certificate"
    assert store.path(digest).is_relative_to(store.root)


def test_the_same_content_is_kept_once(store: FileStore) -> None:
    first = store.save(b"twice")
    written_at = store.path(first).stat().st_mtime_ns

    assert store.save(b"twice") == first
    assert list(store.all_digests()) == [first]
    assert store.path(first).stat().st_mtime_ns == written_at


def test_a_damaged_file_is_noticed_and_put_right_by_saving_again(store: FileStore) -> None:
    digest = store.save(b"the true certificate")
    store.path(digest).write_bytes(b"something else")

    assert not store.holds(digest)
    with pytest.raises(DamagedFile, match=digest):
        store.read(digest)

    assert store.save(b"the true certificate") == digest
    assert store.read(digest) == b"the true certificate"


def test_a_file_that_was_never_saved_is_not_found(store: FileStore) -> None:
    with pytest.raises(FileNotFoundError):
        store.read("0" * 64)


@pytest.mark.parametrize(
    "name", ["", "../../etc/passwd", "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n", "0/" * 32]
)
def test_a_malformed_digest_names_no_file(store: FileStore, name: str) -> None:
    with pytest.raises(MalformedDigest):
        store.path(name)


def test_a_write_that_fails_leaves_nothing_behind(
    store: FileStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_number: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        store.save(b"too much")

    assert [path for path in store.root.rglob("*") if path.is_file()] == []


def test_all_digests_leaves_out_what_was_not_saved_here(store: FileStore) -> None:
    digests = sorted(store.save(bytes([number])) for number in range(5))
    (store.path(digests[0]).parent / ".unfinished-1").write_bytes(b"half")
    (store.root / "notes.txt").write_text("left by somebody")

    assert list(store.all_digests()) == digests


def test_an_empty_store_has_no_files(store: FileStore) -> None:
    assert list(store.all_digests()) == []
