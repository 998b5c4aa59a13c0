"""Mail: written with the act it tells about, with nothing in it that should not be."""

from __future__ import annotations

import email as email_library
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest

from pdtrack.core import clock, delivery, outbox
from pdtrack.core.db import action
from pdtrack.core.errors import DomainError
from pdtrack.core.outbox import CalendarPart, MailState, Recipient
from tests import make
from tests.core.conftest import Mailbox
from tests.core.mailing import CALENDAR, part, read, send, state

pytestmark = pytest.mark.usefixtures("template")


@pytest.fixture
def links() -> Iterator[list[str]]:
    """Make a secret link at each delivery."""
    made: list[str] = []

    def make_link(subject_id: int) -> str:
        made.append(f"https://pd.example/verify/{subject_id}-{len(made)}")
        return made[-1]

    outbox.secret_maker("test.link", make_link)
    yield made
    outbox.secret_maker("test.link", lambda _id: None)


def test_mail_arrives_as_text_and_html(mailbox: Mailbox) -> None:
    sent = send(reply_to="pd@collaborative.example")

    assert delivery.send_due() == 1

    message = read(mailbox)
    assert mailbox.envelopes[0].rcpt_tos == ["ada@people.example"]
    assert message["Subject"] == "Your certificate is ready"
    assert message["To"] == "Ada Able <ada@people.example>"
    assert message["From"] == "pdtrack <pdtrack@pd.example>"
    assert message["Reply-To"] == "pd@collaborative.example"
    assert message["Message-ID"] == sent.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert "Precedence" not in message
    html = part(message, "text/html").get_content()
    assert '<a href="https://pd.example/a?b=1&amp;c=2"' in html
    assert "<li>two &lt;b&gt;</li>" in html
    assert "- two <b>" in part(message, "text/plain").get_content()
    assert state(sent) == MailState.SENT
    assert sent.sent_at is not None
    assert delivery.send_due() == 0


def test_mail_of_an_act_that_is_taken_back_never_leaves(mailbox: Mailbox) -> None:
    @action
    def act() -> None:
        send()
        raise DomainError("No.")

    with pytest.raises(DomainError):
        act()

    assert delivery.send_due() == 0
    assert mailbox.envelopes == []


def test_a_calendar_entry_travels_as_an_invitation_and_as_a_file(mailbox: Mailbox) -> None:
    send(calendar=CalendarPart(CALENDAR, "REQUEST"))

    delivery.send_due()

    message = read(mailbox)
    assert message.get_content_type() == "multipart/mixed"
    invitation = part(message, "text/calendar")
    assert invitation.get_param("method") == "REQUEST"
    assert invitation.get_payload(decode=True) == CALENDAR.encode()
    attached = part(message, "application/ics")
    assert (attached.get_filename(), attached.get_content()) == ("session.ics", CALENDAR.encode())


def test_the_collaborative_is_named_as_sender(mailbox: Mailbox) -> None:
    collaborative = make.collaborative(name='Collaborative "U", Inc.')

    send(organization_id=collaborative.id)
    delivery.send_due()

    address = read(mailbox)["From"].addresses[0]
    assert address.display_name == 'Collaborative "U", Inc. (pdtrack)'
    assert address.addr_spec == "pdtrack@pd.example"


@pytest.mark.parametrize(
    "name",
    [
        "Ann Katherine Montgomery Ex <all-staff@district.example>, Principal of Special Education",
        "Collaborative for Education, serving Hampshire, Franklin, Berkshire and Hampden Counties",
        'Ü "Ó" <staff@district.example>, ' * 4,
        "(" * 60,
    ],
)
def test_no_name_becomes_another_address(mailbox: Mailbox, name: str) -> None:
    collaborative = make.collaborative(name=name)

    send(Recipient("ada@people.example", name), organization_id=collaborative.id)
    delivery.send_due()

    message = read(mailbox)
    for header, address in (("From", "pdtrack@pd.example"), ("To", "ada@people.example")):
        assert [each.addr_spec for each in message[header].addresses] == [address]


@pytest.mark.usefixtures("links")
def test_a_secret_is_in_the_mail_that_leaves_and_nowhere_else(mailbox: Mailbox) -> None:
    sent = send(secret="test.link:12")

    delivery.send_due()

    link = "https://pd.example/verify/12-0"
    message = read(mailbox)
    assert link in part(message, "text/plain").get_content()
    assert f'<a href="{link}">{link}</a>' in part(message, "text/html").get_content()
    state(sent)
    assert link not in sent.text + sent.html
    assert "[private link]" in sent.text


def test_a_code_is_written_as_it_is(mailbox: Mailbox) -> None:
    outbox.secret_maker("test.code", lambda _id: "123 456")
    send(secret="test.code:1")

    delivery.send_due()

    assert "open 123 456 or" in part(read(mailbox), "text/html").get_content()


@pytest.mark.parametrize("values", [{"secret": "test.nothing:1"}, {"condition": "test.never:1"}])
def test_a_mail_that_is_no_longer_wanted_does_not_leave(
    mailbox: Mailbox, values: dict[str, Any]
) -> None:
    outbox.secret_maker("test.nothing", lambda _id: None)
    outbox.condition("test.never", lambda _id: False)
    sent = send(**values)

    assert delivery.send_due() == 0

    assert mailbox.envelopes == []
    assert state(sent) == MailState.UNDONE


def test_mail_to_many_waits_and_can_be_undone(mailbox: Mailbox) -> None:
    batch = outbox.new_batch()
    first, _other = send(batch=batch), send()

    assert delivery.send_due() == 1
    assert action(outbox.undo)(batch) == 1
    with clock.frozen(clock.now() + outbox.UNDO_WINDOW + timedelta(seconds=1)):
        assert delivery.send_due() == 0

    assert state(first) == MailState.UNDONE
    assert len(mailbox.envelopes) == 1


def test_mail_to_many_leaves_after_the_wait_and_says_so(mailbox: Mailbox) -> None:
    send(batch=outbox.new_batch())

    with clock.frozen(clock.now() + outbox.UNDO_WINDOW):
        assert delivery.send_due() == 1

    assert read(mailbox)["Precedence"] == "bulk"


@pytest.mark.parametrize(
    "address",
    ["nobody", "@people.example", "a@b.example, c@d.example", "a@b.example\r\nBcc: c@d.example"],
)
def test_what_is_no_address_fails_and_reaches_nobody(mailbox: Mailbox, address: str) -> None:
    wrong, right = send(Recipient(address, "")), send()

    assert delivery.send_due() == 1

    assert state(wrong) == MailState.FAILED
    assert state(right) == MailState.SENT
    assert [each.rcpt_tos for each in mailbox.envelopes] == [["ada@people.example"]]


def test_nothing_that_people_type_becomes_a_header(mailbox: Mailbox) -> None:
    name = "Ada\r\nBcc: eve@people.example\u2028X-Evil: 1"

    send(Recipient("ada@people.example", name), thing="x\r\nBcc: eve@people.example")
    delivery.send_due()

    message = read(mailbox)
    assert message["Bcc"] is None
    assert message["X-Evil"] is None
    assert mailbox.envelopes[0].rcpt_tos == ["ada@people.example"]
    assert message["Subject"] == "Your x"


def test_whoever_is_known_by_the_address_alone_is_not_named_by_it(mailbox: Mailbox) -> None:
    send(Recipient("ada@people.example", "ada@people.example"))
    delivery.send_due()

    assert read(mailbox)["To"] == "ada@people.example"


def test_names_of_every_script_arrive(mailbox: Mailbox) -> None:
    name = "Nguyễn O’Brien-Łukasz 李 👩‍🏫 " * 8

    send(Recipient("ada@people.example", name), thing="Übung für “Łukasz” 👩‍🏫")
    delivery.send_due()

    message = read(mailbox)
    assert message["Subject"] == "Your Übung für “Łukasz” 👩‍🏫 is ready"
    content = mailbox.envelopes[0].content
    assert isinstance(content, bytes)
    # Python's new parser keeps the spaces between the parts of a long encoded name.
    written = email_library.message_from_bytes(content)["To"]
    assert str(make_header(decode_header(written))) == f"{name[:50].strip()} <ada@people.example>"
