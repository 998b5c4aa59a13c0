"""Mail on its way to a real server: never lost, never twice, whatever the server says."""

from __future__ import annotations

import email as email_library
import email.policy
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select, update

from pdtrack.core import clock, delivery, outbox
from pdtrack.core.db import action, db
from pdtrack.core.outbox import MailState, OutgoingEmail, Recipient
from tests.core.conftest import Mailbox
from tests.core.mailing import send, state

pytestmark = pytest.mark.usefixtures("template")


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
