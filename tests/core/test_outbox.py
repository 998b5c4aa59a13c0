"""Mail: written with the act it tells about, delivered to a real server, never twice."""

from __future__ import annotations

import email as email_library
import email.policy
from collections.abc import Iterator
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import EmailMessage
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from pdtrack.core import clock, delivery, outbox
from pdtrack.core.db import action, db
from pdtrack.core.errors import DomainError
from pdtrack.core.outbox import CalendarPart, MailState, OutgoingEmail, Recipient
from tests import make
from tests.core.conftest import Mailbox

ADA = Recipient("ada@people.example", "Ada Able")
TEMPLATE = """Your {{ thing }} is ready

Dear Ada,
open {{ private_link }} or https://pd.example/a?b=1&c=2.

- one
- two <b>
"""
CALENDAR = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def template(monkeypatch: pytest.MonkeyPatch, fresh_app: Flask) -> None:
    """Give the application one template for mail."""
    environment = fresh_app.jinja_env
    found = environment.get_template

    def get(name: Any, *args: Any, **kwargs: Any) -> Any:
        if name == "emails/test.txt":
            return environment.from_string(TEMPLATE)
        return found(name, *args, **kwargs)

    monkeypatch.setattr(environment, "get_template", get)


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


@action
def send(to: Recipient = ADA, thing: str = "certificate", **values: Any) -> OutgoingEmail:
    return outbox.send("test", to, context={"thing": thing}, **values)


def read(mailbox: Mailbox, index: int = -1) -> EmailMessage:
    content = mailbox.envelopes[index].content
    assert isinstance(content, bytes)
    message = email_library.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, media_type: str) -> EmailMessage:
    found = [each for each in message.walk() if each.get_content_type() == media_type]
    assert len(found) == 1
    assert isinstance(found[0], EmailMessage)
    return found[0]


def state(sent: OutgoingEmail) -> MailState:
    db.session.rollback()
    db.session.refresh(sent)
    return sent.state


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
    collaborative = make.collaborative(name='Collaborative "Ü", Inc.')

    send(organization_id=collaborative.id)
    delivery.send_due()

    address = read(mailbox)["From"].addresses[0]
    assert address.display_name == 'Collaborative "Ü", Inc. (pdtrack)'
    assert address.addr_spec == "pdtrack@pd.example"


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


def test_a_mail_that_is_no_longer_wanted_does_not_leave(mailbox: Mailbox) -> None:
    outbox.secret_maker("test.nothing", lambda _id: None)
    sent = send(secret="test.nothing:1")

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


def test_one_conversation_carries_many_mails_and_secrets_first(mailbox: Mailbox) -> None:
    outbox.secret_maker("test.code", lambda _id: "123 456")
    for _ in range(delivery.AT_ONCE + 5):
        send()
    send(Recipient("waiting@people.example", ""), secret="test.code:1")

    assert delivery.send_due() == delivery.AT_ONCE + 6

    assert len(mailbox.sessions) == 1
    assert mailbox.envelopes[0].rcpt_tos == ["waiting@people.example"]


def test_an_address_that_the_server_refuses_for_good_fails_at_once(mailbox: Mailbox) -> None:
    mailbox.answer_to_rcpt = lambda address: "550 No such user" if "ada" in address else None
    refused, taken = send(), send(Recipient("ben@people.example", "Ben"))

    assert delivery.send_due() == 1

    assert state(refused) == MailState.FAILED
    assert refused.last_error == "550 No such user"
    assert state(taken) == MailState.SENT


def test_a_message_that_the_server_refuses_for_good_fails_at_once(mailbox: Mailbox) -> None:
    mailbox.answer_to_data = lambda _envelope: "554 Looks like spam"
    sent = send()

    delivery.send_due()

    assert state(sent) == MailState.FAILED


def test_a_refusal_for_now_is_tried_again_ever_more_rarely_for_two_days(mailbox: Mailbox) -> None:
    mailbox.answer_to_rcpt = lambda _address: "451 Try again later"
    sent = send()
    waits = []

    for _ in range(5):
        moment = max(clock.now(), sent.not_before_at)
        with clock.frozen(moment):
            assert delivery.send_due() == 0
        assert state(sent) == MailState.WAITING
        waits.append(round((sent.not_before_at - moment) / timedelta(minutes=1)))

    assert waits == [1, 5, 15, 60, 60]
    assert (sent.attempts, sent.last_error) == (5, "451 Try again later")
    with clock.frozen(sent.created_at + timedelta(days=2, minutes=1)):
        delivery.send_due()
    assert state(sent) == MailState.FAILED


def test_a_server_that_is_down_loses_nothing_and_blames_nobody(
    mailbox: Mailbox, fresh_app: Flask
) -> None:
    address = fresh_app.config["PDTRACK_SMTP_URL"]
    fresh_app.config["PDTRACK_SMTP_URL"] = "smtp://127.0.0.1:1"
    mails = [send(), send(), send()]

    assert delivery.send_due() == 0

    assert [state(each) for each in mails] == [MailState.WAITING] * 3
    assert [each.attempts for each in mails] == [1, 0, 0]
    assert delivery.check_server() is not None
    fresh_app.config["PDTRACK_SMTP_URL"] = address
    assert delivery.check_server() is None
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert delivery.send_due() == 3
    assert len(mailbox.envelopes) == 3


def test_a_server_elsewhere_is_never_spoken_to_in_the_open(
    mailbox: Mailbox, fresh_app: Flask
) -> None:
    url = fresh_app.config["PDTRACK_SMTP_URL"].replace("127.0.0.1", "0.0.0.0")  # noqa: S104
    fresh_app.config["PDTRACK_SMTP_URL"] = url
    sent = send()

    assert delivery.send_due() == 0

    assert mailbox.envelopes == []
    assert state(sent) == MailState.WAITING
    assert "STARTTLS" in (sent.last_error or "")
    fresh_app.config["PDTRACK_SMTP_URL"] = f"{url}?tls=none"
    with clock.frozen(clock.now() + timedelta(minutes=2)):
        assert delivery.send_due() == 1


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
    assert str(make_header(decode_header(written))) == f"{name[:120].strip()} <ada@people.example>"


def test_without_a_server_mail_goes_into_a_folder(fresh_app: Flask) -> None:
    sent = send()

    assert delivery.send_due() == 1

    files = list(delivery.mail_folder().iterdir())
    assert [each.suffix for each in files] == [".eml"]
    assert files[0].stat().st_mode & 0o777 == 0o600
    message = email_library.message_from_bytes(files[0].read_bytes())
    assert message["Message-ID"] == sent.message_id
    assert not fresh_app.config["PDTRACK_SMTP_URL"]


@pytest.mark.usefixtures("mailbox")
def test_mail_in_anothers_hands_is_left_alone_until_the_lease_ends() -> None:
    sent = send()
    lease = clock.now() + delivery.LEASE
    action(lambda: db.session.execute(update(OutgoingEmail).values(leased_until_at=lease)))()

    assert delivery.send_due() == 0
    with clock.frozen(lease):
        assert delivery.send_due() == 1

    assert state(sent) == MailState.SENT


def test_a_mail_that_cannot_be_written_keeps_no_other_from_leaving(
    mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_id: int) -> str:
        raise ZeroDivisionError

    outbox.secret_maker("test.broken", fail)
    broken, whole = send(secret="test.broken:1"), send()

    assert delivery.send_due() == 1

    assert state(broken) == MailState.WAITING
    assert "ZeroDivisionError" in (broken.last_error or "")
    assert "could not be written" in caplog.text
    assert state(whole) == MailState.SENT
    assert len(mailbox.envelopes) == 1


def test_workers_side_by_side_send_everything_once(mailbox: Mailbox, fresh_app: Flask) -> None:
    for number in range(60):
        send(Recipient(f"person{number}@people.example", ""))
    barrier = Barrier(3)

    def work() -> None:
        with fresh_app.app_context():
            barrier.wait()
            delivery.send_due()

    threads = [Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    reached = sorted(each.rcpt_tos[0] for each in mailbox.envelopes)
    assert reached == sorted(f"person{number}@people.example" for number in range(60))
    db.session.rollback()
    assert set(db.session.scalars(select(OutgoingEmail.state))) == {MailState.SENT}
