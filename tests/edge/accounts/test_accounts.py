"""People sign in, are held back when they guess, and can be sent away."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from edge.accounts import audit
from edge.accounts.person import Right
from edge.accounts.service import COMMAND, Accounts, Changes, NewAccount, Visitor
from edge.accounts.tables import AuditRow
from edge.refusals import Code, Refusal
from tests.edge.desk import PASSWORD, VISITOR, Hands, means


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def accounts(tmp_path: Path, clock: Hands) -> Iterator[Accounts]:
    with means(tmp_path, clock) as found:
        yield Accounts(found)


def officer(accounts: Accounts) -> str:
    return accounts.create(NewAccount("Hạnh", "Lê Thị Hạnh", frozenset({"officer"}), PASSWORD), by=COMMAND).account.id


WRONG = "sai rồi nhé"


def guess(accounts: Accounts, password: str = WRONG, visitor: Visitor = VISITOR) -> Refusal:
    with pytest.raises(Refusal) as caught:
        accounts.sign_in("hạnh", password, visitor)
    return caught.value


def test_the_first_start_makes_one_time_credentials_once(accounts: Accounts) -> None:
    made = accounts.first_start()
    assert made is not None
    assert made.password is not None
    assert accounts.first_start() is None
    _token, person = accounts.sign_in(made.account.login, made.password, VISITOR)
    assert person.must_change
    accounts.set_password(person.account, PASSWORD, by=person)
    assert not accounts.sign_in(made.account.login, PASSWORD, VISITOR)[1].must_change


def test_a_name_is_the_same_however_its_marks_were_typed(accounts: Accounts) -> None:
    account = officer(accounts)
    composed_differently = "HẠNH "
    assert accounts.sign_in(composed_differently, PASSWORD, VISITOR)[1].account == account


def test_passwords_are_stored_as_argon2id(accounts: Accounts) -> None:
    officer(accounts)
    assert accounts.all()[0].password.startswith("$argon2id$v=19$m=32768,t=3,p=1$")


@pytest.mark.parametrize("password", ["ngắn", "a" * 30, "x" * 201, "hạnh-hạnh-123"])
def test_a_weak_password_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(Refusal) as caught:
        accounts.create(NewAccount("hạnh", "Hạnh", frozenset({"officer"}), password), by=COMMAND)
    assert caught.value.code is Code.WEAK_PASSWORD


def test_an_unknown_name_and_a_wrong_password_are_one_refusal(accounts: Accounts) -> None:
    officer(accounts)
    with pytest.raises(Refusal) as nobody:
        accounts.sign_in("ai đó", PASSWORD, VISITOR)
    assert nobody.value.code is guess(accounts).code is Code.WRONG_NAME_OR_PASSWORD


def test_five_wrong_passwords_lock_the_name_at_that_address_and_the_lock_survives_a_restart(tmp_path: Path, clock: Hands) -> None:
    with means(tmp_path, clock) as first:
        officer(Accounts(first))
        assert {guess(Accounts(first)).code for _ in range(5)} == {Code.WRONG_NAME_OR_PASSWORD}
    with means(tmp_path, clock) as second:
        locked = guess(Accounts(second), PASSWORD)
        assert locked.code is Code.LOCKED
        assert locked.facts == {"retry_s": 31}
        assert Accounts(second).sign_in("hạnh", PASSWORD, Visitor("10.0.0.8"))[0]
        clock.pass_by(seconds=31)
        assert Accounts(second).sign_in("hạnh", PASSWORD, VISITOR)[0]


def test_each_further_failure_doubles_the_wait_up_to_an_hour(accounts: Accounts, clock: Hands) -> None:
    officer(accounts)
    for _ in range(5):
        guess(accounts)
    waits = []
    for _ in range(9):
        waits.append(guess(accounts).facts["retry_s"])
        clock.pass_by(hours=1, seconds=1)
        guess(accounts)
    assert waits == [31, 61, 121, 241, 481, 961, 1921, 3601, 3601]


def test_guesses_sent_together_gain_nothing(accounts: Accounts) -> None:
    officer(accounts)
    codes: list[Code] = []
    crowd = [threading.Thread(target=lambda: codes.append(guess(accounts).code)) for _ in range(12)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert codes.count(Code.WRONG_NAME_OR_PASSWORD) == 5
    assert codes.count(Code.LOCKED) == 7


def test_many_names_from_one_address_are_held_back_too(accounts: Accounts) -> None:
    def attempt(number: int) -> Code:
        with pytest.raises(Refusal) as caught:
            accounts.sign_in(f"tên {number}", PASSWORD, VISITOR)
        return caught.value.code

    assert [attempt(number) for number in range(32)].count(Code.LOCKED) == 2


def test_a_session_ends_when_revoked_expired_or_its_account_is_disabled(accounts: Accounts, clock: Hands) -> None:
    account = officer(accounts)
    accounts.create(NewAccount("sếp", "Quản trị", frozenset({"administrator"}), PASSWORD), by=COMMAND)
    revoked, expired, disabled = (accounts.sign_in("hạnh", PASSWORD, VISITOR) for _ in range(3))
    accounts.end_sessions(account, by=COMMAND, only=revoked[1].session)
    assert accounts.person_of(revoked[0]) is None
    assert accounts.person_of(expired[0]) is not None
    accounts.change(account, Changes(disabled=True), by=COMMAND)
    assert accounts.person_of(disabled[0]) is None
    accounts.change(account, Changes(disabled=False), by=COMMAND)
    later = accounts.sign_in("hạnh", PASSWORD, VISITOR)
    clock.pass_by(hours=12)
    assert accounts.person_of(later[0]) is None


def test_a_new_password_ends_every_other_session(accounts: Accounts) -> None:
    account = officer(accounts)
    (mine, person), (other, _) = (accounts.sign_in("hạnh", PASSWORD, VISITOR) for _ in range(2))
    accounts.set_password(account, PASSWORD + "!", by=person)
    assert accounts.person_of(mine) is not None
    assert accounts.person_of(other) is None


def test_tokens_are_not_in_the_database(accounts: Accounts, tmp_path: Path) -> None:
    officer(accounts)
    token, _person = accounts.sign_in("hạnh", PASSWORD, VISITOR)
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert token.encode() not in stored


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    made = accounts.first_start()
    assert made is not None
    for change in (Changes(disabled=True), Changes(roles=frozenset({Right.OFFICER}))):
        with pytest.raises(Refusal) as caught:
            accounts.change(made.account.id, change, by=COMMAND)
        assert caught.value.code is Code.LAST_ADMINISTRATOR
    assert accounts.all()[0].roles == "administrator"


def test_a_device_role_cannot_be_given_to_a_person(accounts: Accounts) -> None:
    with pytest.raises(Refusal) as caught:
        accounts.create(NewAccount("hạnh", "Hạnh", frozenset({"watcher"}), PASSWORD), by=COMMAND)
    assert caught.value.code is Code.UNKNOWN_ROLE


def test_the_audit_log_names_the_row_that_was_changed(accounts: Accounts) -> None:
    officer(accounts)
    guess(accounts)
    accounts.sign_in("hạnh", PASSWORD, VISITOR)
    with accounts.means.reader() as session:
        assert audit.first_break(session) is None
    assert [row.action for row in rows(accounts)] == ["account_created", "sign_in_failed", "signed_in"]

    accounts.means.writer.submit(lambda entry: forge(entry.session)).result(5)
    with accounts.means.reader() as session:
        assert audit.first_break(session) == 2


def test_the_audit_log_notices_a_row_taken_out(accounts: Accounts) -> None:
    officer(accounts)
    guess(accounts)
    guess(accounts)
    accounts.means.writer.submit(lambda entry: entry.session.execute(text("DELETE FROM account_audit WHERE seq = 2"))).result(5)
    with accounts.means.reader() as session:
        assert audit.first_break(session) == 3


def test_a_person_is_what_the_account_says_now(accounts: Accounts) -> None:
    account = officer(accounts)
    token, person = accounts.sign_in("hạnh", PASSWORD, VISITOR)
    accounts.create(NewAccount("sếp", "Quản trị", frozenset({"administrator"}), PASSWORD), by=COMMAND)
    accounts.change(account, Changes(roles=frozenset({"auditor"})), by=COMMAND)
    assert accounts.person_of(token) == replace(person, roles=frozenset({"auditor"}))


def forge(session: Session) -> None:
    session.execute(text("UPDATE account_audit SET action = 'signed_in' WHERE seq = 2"))


def rows(accounts: Accounts) -> list[AuditRow]:
    with accounts.means.reader() as session:
        return list(session.exec(select(AuditRow).order_by(col(AuditRow.seq))))
