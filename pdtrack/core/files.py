"""Kept files: written once under the digest of what is in them, checked whenever they are read."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

_DIGEST = re.compile(r"[0-9a-f]{64}")


class MalformedDigest(ValueError):
    """What was given is no digest, so it names no file."""


class DamagedFile(Exception):
    """A kept file no longer holds what was saved."""


class FileStore:
    """A folder of files that are named by the SHA-256 digest of their content.

    The same content is kept once, a file is never changed, and a copy of the
    folder taken at any moment is whole.
    """

    def __init__(self, root: str | os.PathLike[str]) -> None:
        self.root = Path(root)

    def save(self, content: bytes) -> str:
        """Keep the content and return its digest; saving it again changes nothing.

        When this returns, the file is on the disk under its name or not at all:
        a power cut never leaves half a file. A damaged file is put right.
        """
        digest = hashlib.sha256(content).hexdigest()
        if not self.holds(digest):
            _write(self.path(digest), content)
        return digest

    def read(self, digest: str) -> bytes:
        """Return what was saved under a digest.

        Raises `FileNotFoundError` when nothing was, and `DamagedFile` when the disk
        gives back something else.
        """
        content = self.path(digest).read_bytes()
        if hashlib.sha256(content).hexdigest() != digest:
            raise DamagedFile(f"The kept file {digest} is damaged; restore it from a backup.")
        return content

    def holds(self, digest: str) -> bool:
        """Tell whether the file of a digest is here and undamaged."""
        try:
            self.read(digest)
        except (FileNotFoundError, DamagedFile):
            return False
        return True

    def path(self, digest: str) -> Path:
        """Return where the file of a digest is or would be.

        Raises `MalformedDigest` for anything but 64 hexadecimal digits in lower case,
        so that no name leads out of the folder.
        """
        if not _DIGEST.fullmatch(digest):
            raise MalformedDigest(f"No digest: {digest[:80]!r}")
        return self.root / digest[:2] / digest

    def all_digests(self) -> Iterator[str]:
        """Name every kept file in order, for backups and checks; unfinished ones are left out."""
        for path in sorted(self.root.glob("??/*")):
            if _DIGEST.fullmatch(path.name) and path.name.startswith(path.parent.name):
                yield path.name


def _write(path: Path, content: bytes) -> None:
    """Write a file beside its place, force it to the disk, then move it there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".unfinished-", dir=path.parent)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    # Only the folders remember that the name is there: they go to the disk as well.
    _force_to_disk(path.parent)
    _force_to_disk(path.parent.parent)


def _force_to_disk(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
