"""A roll call that lies is found by whoever counts again, even when the node signs the log that says it."""

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from joserfc.jwk import ECKey

from meeting.log.verifier import Found, verify
from tests.meeting.clerks import Clerk, clerks
from tests.meeting.room import council, sqlite_room
from tests.meeting.test_bundle import forged, last, other_than, places, put

Told = list[dict[str, Any]]
Change = Callable[[dict[str, Any], Told], None]


@pytest.fixture(scope="module")
def signers() -> dict[str, Clerk]:
    return {}


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory, signers: dict[str, Clerk]) -> Iterator[bytes]:
    """A vote of two tablets and three called members, one of whom had voted at his tablet before."""
    with sqlite_room(tmp_path_factory.mktemp("called")) as made:
        five = council(made)
        tablets = five.arrive(0, 1)
        for place in (2, 3):
            made.service.chairing.set_presence(five.meeting, five.pins[place].member, present=True)
        signers["secretary"], signers["chair"] = secretary, chair = clerks(five)
        motion = five.opened()
        for tablet in tablets:
            assert tablet.cast("for").ok
        chair.countersign(motion, secretary.enter(motion, (1, "against"), (2, "for"), (3, "abstain")))
        made.service.votes.close(five.meeting, motion)
        yield made.service.reading.bundle(five.meeting, motion)


def all_of(told: Told, kind: str) -> Told:
    return [one for one in told if one.get("kind") == kind]


def renumber(told: Told) -> None:
    for index, one in enumerate(told):
        if one:
            one["index"] = index


def change_a_counted_choice(_: dict[str, Any], told: Told) -> None:
    last(told, "ballot_called")["choice"] = "for"


def give_a_line_to_another(_: dict[str, Any], told: Told) -> None:
    lines = all_of(told, "ballot_called")
    lines[0]["member"], lines[1]["member"] = lines[1]["member"], lines[0]["member"]


def lose_a_line(_: dict[str, Any], told: Told) -> None:
    told.remove(last(told, "ballot_called"))
    last(told, "motion_closed")["ballots"] -= 1
    renumber(told)


def count_a_line_twice(_: dict[str, Any], told: Told) -> None:
    told.insert(told.index(last(told, "ballot_called")), dict(last(told, "ballot_called")))
    last(told, "motion_closed")["ballots"] += 1
    renumber(told)


def count_lines_without_a_roll_call(_: dict[str, Any], told: Told) -> None:
    told.remove(last(told, "roll_call"))
    renumber(told)


def bend_the_secretary(_: dict[str, Any], told: Told) -> None:
    call = last(told, "roll_call")
    call["secretary"] = call["secretary"][:-6] + "AAAAAA"


def bend_the_chair(_: dict[str, Any], told: Told) -> None:
    call = last(told, "roll_call")
    call["chair"] = call["chair"][:-6] + "AAAAAA"


def let_the_secretary_sign_both(_: dict[str, Any], told: Told) -> None:
    call = last(told, "roll_call")
    call["chair"] = call["secretary"]


def unbind_the_chair(_: dict[str, Any], told: Told) -> None:
    told.remove(next(one for one in told if one.get("kind") == "clerk_bound" and one["role"] == "chair"))
    renumber(told)


def bind_without_proof(_: dict[str, Any], told: Told) -> None:
    secretary, chair = all_of(told, "clerk_bound")
    secretary["proof"] = chair["proof"]


def give_the_key_to_another_account(_: dict[str, Any], told: Told) -> None:
    all_of(told, "clerk_bound")[0]["account"] = "another"


def name_another_call(_: dict[str, Any], told: Told) -> None:
    last(told, "roll_call")["call"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "code", "where"),
    [
        (change_a_counted_choice, Found.CALL_LINES, "choice"),
        (give_a_line_to_another, Found.CALL_LINES, "member"),
        (lose_a_line, Found.CALL_LINES, ""),
        (count_a_line_twice, Found.CALL_LINES, ""),
        (count_lines_without_a_roll_call, Found.CALL_LINES, ""),
        (bend_the_secretary, Found.CALL_PLACE, "call"),
        (bend_the_chair, Found.CALL_SIGNATURE, "chair"),
        (let_the_secretary_sign_both, Found.CALL_KEY, "chair"),
        (unbind_the_chair, Found.CALL_KEY, "chair"),
        (bind_without_proof, Found.CLERK_PROOF, ""),
        (give_the_key_to_another_account, Found.CLERK_PROOF, "proof.device"),
        (name_another_call, Found.CALL_PLACE, "call"),
    ],
)
def test_a_roll_call_that_lies_is_named(called: bytes, change: Change, code: Found, where: str) -> None:
    assert verify(forged(called, lambda *_: None)).ok
    report = verify(forged(called, change))
    assert [one.code for one in report.findings] == [code], report.findings
    assert report.findings[0].where.endswith(where)


def resigned(called: bytes, signers: dict[str, Clerk], **other: Any) -> bytes:
    """The roll call signed anew by its own two keys, with other words under the signatures: a secretary and a chair who lie together."""

    def change(_: dict[str, Any], told: Told) -> None:
        call = last(told, "roll_call")
        before = json.loads(_payload(call["secretary"]))
        call["secretary"] = signers["secretary"].sign({**before, **other})
        call["chair"] = signers["chair"].approval(before["motion"], call["secretary"])
        call["call"] = json.loads(_payload(call["chair"]))["call"]
        for line in all_of(told, "ballot_called"):
            line["call"] = call["call"]

    return forged(called, change)


def _payload(jws: str) -> bytes:
    part = jws.split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({}, None),
        ({"paper": "0" * 64}, Found.CALL_PLACE),
        ({"motion": "another"}, Found.CALL_PLACE),
        ({"lines": []}, Found.CALL_FORM),
        ({"extra": "x"}, Found.CALL_FORM),
    ],
)
def test_both_together_cannot_call_for_another_paper(
    called: bytes, signers: dict[str, Clerk], other: dict[str, Any], code: Found | None
) -> None:
    report = verify(resigned(called, signers, **other))
    assert [one.code for one in report.findings] == ([code] if code else []), report.findings


def test_one_person_with_two_keys_is_still_one_person(called: bytes, signers: dict[str, Clerk]) -> None:
    second = Clerk(signers["chair"].council, "chair", account=signers["secretary"].account, key=ECKey.generate_key("P-256", auto_kid=False))

    def change(_: dict[str, Any], told: Told) -> None:
        bound = all_of(told, "clerk_bound")[1]
        claims = {"meeting": bound["meeting"], "device": second.account, "kid": second.kid, "at": "2026-03-05T01:00:00Z"}
        jwk = {name: value for name, value in second.key.as_dict(private=False).items() if name in {"kty", "crv", "x", "y"}}
        bound |= {"account": second.account, "kid": second.kid, "jwk": jwk, "proof": second.sign(claims)}
        call = last(told, "roll_call")
        call["chair"] = second.approval(call["motion"], call["secretary"])

    report = verify(forged(called, change))
    assert [one.code for one in report.findings] == [Found.CALL_ALONE], report.findings


def test_every_changed_field_of_the_calls_is_found_in_a_log_that_the_node_signs(called: bytes) -> None:
    """Times and the call's own clock are the node's word alone; everything else is held by a signature or by the count."""
    told = [json.loads(one["text"]) for one in json.loads(called)["entries"]]
    for index, entry in enumerate(told):
        if entry["kind"] not in {"clerk_bound", "roll_call", "ballot_called"}:
            continue
        for path, value in places(entry):
            if path == ("at",):
                continue

            def change(_: dict[str, Any], lied: Told, index: int = index, path: Any = path, value: object = value) -> None:
                put(lied[index], path, other_than(value))

            assert not verify(forged(called, change)).ok, (entry["kind"], path)
