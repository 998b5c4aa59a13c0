"""Making the PDFs that are wanted: the worker's part, one file at a time."""

from __future__ import annotations

import logging

from flask import current_app

from pdtrack.certificates import actions, documents
from pdtrack.core.authz import SYSTEM
from pdtrack.core.files import FileStore

log = logging.getLogger(__name__)
MOST_AT_ONCE = 500


def store() -> FileStore:
    """Return where the finished files are kept."""
    return FileStore(current_app.config["PDTRACK_FILES"])


def print_due() -> int:
    """Make the certificates' files that are wanted, and say how many.

    No transaction is open while a page is made. A worker that dies on the way
    leaves a lease that runs out; another one makes the file.
    """
    made = 0
    while made < MOST_AT_ONCE and (wanted := actions.lease_file(actor=SYSTEM)):
        try:
            content = documents.certificate_pdf(wanted.certificate, wanted.paper)
            digest = store().save(content)
        except Exception as error:
            log.exception("Certificate %s could not be printed", wanted.certificate_id)
            actions.give_up_file(file=wanted, error=repr(error), actor=SYSTEM)
        else:
            actions.keep_file(file=wanted, digest=digest, actor=SYSTEM)
            made += 1
    return made
