"""A dishonest node signs a log of a secret vote that says what did not happen: the verifier finds each lie."""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import MGF1, PSS
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA384

from broker.envelope import base64url, canonical, part
from edge.demo.sealed import Sealed
from meeting.log.checkpoint import Signer
from meeting.log.receipts import code_of
from meeting.log.verifier import Beside, Found, verify
from tests.meeting.booth import SECRET, Booth, vote
from tests.meeting.room import SEED, Tablet, council, sqlite_room
from tests.meeting.test_bundle import forged, last

Told = list[dict[str, Any]]
CHOICES = ("for", "for", "perhaps", "for")
PARTS = ("tracker", "prepared", "signature")


@dataclass(frozen=True)
class Held:
    """A secret vote that was held: its bundle, the promises, and what only a thief of the node and a voter would know."""

    bundle: bytes
    promises: list[bytes]
    key: RSAPrivateKey
    fifth: Tablet
    sealed: Sealed
    """Of the fifth voter, who took a token and put nothing in."""
    words: dict[str, str]


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    folder: Path = tmp_path_factory.mktemp("secret")
    with sqlite_room(folder) as made:
        five = council(made)
        tablets = five.arrive(0, 1, 2, 3, 4)
        motion = five.opened(SECRET)
        promises = [vote(tablet, motion, choice) for tablet, choice in zip(tablets, CHOICES, strict=False)]
        late = Booth.enter(tablets[4], motion, "against")
        words = late.words().model_dump()
        key = made.service.house.keys.load(five.meeting, motion)
        made.service.votes.close(five.meeting, motion, leave=True)
        bundle = made.service.reading.bundle(five.meeting, motion)
        yield Held(bundle, [one.model_dump_json().encode() for one in promises], key, tablets[4], late.sealed, words)


def renumber(told: Told) -> None:
    for index, one in enumerate(told):
        one["index"] = index


def of(told: Told, kind: str) -> Told:
    return [one for one in told if one.get("kind") == kind]


def pss(held: Held, prepared: bytes) -> str:
    return base64url(held.key.sign(prepared, PSS(MGF1(SHA384()), 48), SHA384()))


def boxed(held: Held, told: Told, **other: str) -> dict[str, Any]:
    """One more ballot, as only the key could have signed it."""
    like = last(told, "secret_ballot")
    said = json.loads(part(like["prepared"])[32:])
    prepared = secrets.token_bytes(32) + canonical({**said, "serial": base64url(secrets.token_bytes(32)), **other})
    tracker = hashlib.sha256(prepared).hexdigest()
    return {**like, "prepared": base64url(prepared), "signature": pss(held, prepared), "tracker": tracker}


def put_in(told: Told, *ballots: dict[str, Any]) -> None:
    """In the order of trackers, counted by the close."""
    there = of(told, "secret_ballot")
    place = told.index(there[0])
    for one in there:
        told.remove(one)
    told[place:place] = sorted([*there, *ballots], key=lambda one: str(one["tracker"]))
    last(told, "motion_closed")["ballots"] = len(there) + len(ballots)
    renumber(told)


def stuff(held: Held, _: Any, told: Told) -> None:
    put_in(told, boxed(held, told), boxed(held, told))


def stuff_one_as_the_fifth(held: Held, _: Any, told: Told) -> None:
    """As many ballots as tokens: the signature is right, so only the numbers of the result betray it."""
    put_in(told, boxed(held, told))


def lose_one(_held: Held, _: Any, told: Told) -> None:
    told.remove(last(told, "secret_ballot"))
    renumber(told)


def lose_one_and_say_so(held: Held, _: Any, told: Told) -> None:
    lose_one(held, _, told)
    last(told, "motion_closed")["ballots"] -= 1


def swap_two(_held: Held, _: Any, told: Told) -> None:
    first, second, *_rest = of(told, "secret_ballot")
    for name in ("tracker", "prepared", "signature"):
        first[name], second[name] = second[name], first[name]


def twice(_held: Held, _: Any, told: Told) -> None:
    ballot = last(told, "secret_ballot")
    told.insert(told.index(ballot), dict(ballot))
    last(told, "motion_closed")["ballots"] += 1
    renumber(told)


def change_a_choice(_held: Held, _: Any, told: Told) -> None:
    ballot = last(told, "secret_ballot")
    prepared = part(ballot["prepared"])
    changed = prepared.replace(b'"choice":"for"', b'"choice":"against"').replace(b'"choice":"perhaps"', b'"choice":"for"')
    ballot["prepared"], ballot["tracker"] = base64url(changed), hashlib.sha256(changed).hexdigest()


def other_tracker(_held: Held, _: Any, told: Told) -> None:
    last(told, "secret_ballot")["tracker"] = "f" * 64


def foreign(field: str) -> Callable[[Held, Any, Told], None]:
    def change(held: Held, _: Any, told: Told) -> None:
        told[told.index(last(told, "secret_ballot"))] = boxed(held, told, **{field: "0" * 64})
        put_in(told)

    return change


def early(_held: Held, _: Any, told: Told) -> None:
    """A ballot before the close."""
    ballot, close = of(told, "secret_ballot")[0], last(told, "motion_closed")
    told.remove(ballot)
    told.insert(told.index(close), ballot)
    renumber(told)


def second_token(held: Held, _: Any, told: Told) -> None:
    token = last(told, "token_issued")
    claims = Sealed.make(held.sealed.paper, "for").claims(str(held.fifth.who["seat"]), "2026-03-05T01:00:00Z")
    told.insert(told.index(token) + 1, {**token, "jws": held.fifth.sign(claims)})
    renumber(told)


def token_of_another(_held: Held, _: Any, told: Told) -> None:
    tokens = of(told, "token_issued")
    tokens[-1]["member"] = tokens[0]["member"]


def bent_token(_held: Held, _: Any, told: Told) -> None:
    token = last(told, "token_issued")
    token["jws"] = token["jws"][:-6] + "AAAAAA"


def token_over(field: str, value: str) -> Callable[[Held, Any, Told], None]:
    def change(held: Held, _: Any, told: Told) -> None:
        claims = held.sealed.claims(str(held.fifth.who["seat"]), "2026-03-05T01:00:00Z")
        last(told, "token_issued")["jws"] = held.fifth.sign({**claims, field: value})

    return change


def late_token(_held: Held, _: Any, told: Told) -> None:
    token = last(told, "token_issued")
    told.remove(token)
    told.insert(told.index(last(told, "motion_closed")) + 1, token)
    renumber(told)


def lose_a_token(_held: Held, _: Any, told: Told) -> None:
    told.remove(of(told, "token_issued")[0])
    renumber(told)


def absent(_held: Held, _: Any, told: Told) -> None:
    token = last(told, "token_issued")
    gone = {"v": 1, "meeting": token["meeting"], "at": token["at"], "kind": "presence", "member": token["member"], "present": False}
    told.insert(told.index(token), {**gone, "by": "secretary"})
    renumber(told)


def open_ballot(held: Held, _: Any, told: Told) -> None:
    token = last(told, "token_issued")
    claims = held.sealed.claims(str(held.fifth.who["seat"]), "2026-03-05T01:00:00Z")
    del claims["blinded"]
    told.insert(told.index(token), {**token, "kind": "ballot", "jws": held.fifth.sign({**claims, "choice": "for"})})
    renumber(told)


def with_paper(**secret: Any) -> Callable[[Held, Any, Told], None]:
    def change(_held: Held, bundle: Any, told: Told) -> None:
        paper = json.loads(bundle["paper"])
        paper["secret"] = {**paper["secret"], **secret} if secret else None
        bundle["paper"] = canonical(paper).decode()
        last(told, "motion_opened")["paper"] = hashlib.sha256(bundle["paper"].encode()).hexdigest()

    return change


def numbers(**changed: Any) -> Callable[[Held, Any, Told], None]:
    return lambda _held, _bundle, told: last(told, "result").update(changed)


LIES: list[tuple[Callable[[Held, Any, Told], None], Found]] = [
    (stuff, Found.SECRET_COUNT),
    (stuff_one_as_the_fifth, Found.RESULT),
    (lose_one, Found.BALLOTS_COUNT),
    (lose_one_and_say_so, Found.RESULT),
    (swap_two, Found.SECRET_ORDER),
    (twice, Found.SECRET_ORDER),
    (change_a_choice, Found.SECRET_SIGNATURE),
    (other_tracker, Found.SECRET_BALLOT_FORM),
    (foreign("paper"), Found.SECRET_BALLOT_FORM),
    (foreign("motion"), Found.SECRET_BALLOT_FORM),
    (foreign("meeting"), Found.SECRET_BALLOT_FORM),
    (foreign("serial"), Found.SECRET_BALLOT_FORM),
    (foreign("member"), Found.SECRET_BALLOT_FORM),
    (early, Found.BALLOT_NOT_OPEN),
    (second_token, Found.BALLOT_FINAL),
    (token_of_another, Found.BALLOT_KEY),
    (bent_token, Found.BALLOT_SIGNATURE),
    (token_over("seat", "s0"), Found.BALLOT_PLACE),
    (token_over("motion", "another"), Found.BALLOT_NOT_OPEN),
    (token_over("paper", "0" * 64), Found.BALLOT_PAPER),
    (token_over("blinded", "AAAA"), Found.BALLOT_FORM),
    (token_over("choice", "for"), Found.BALLOT_FORM),
    (late_token, Found.BALLOT_NOT_OPEN),
    (lose_a_token, Found.RESULT),
    (absent, Found.BALLOT_NOT_PRESENT),
    (open_ballot, Found.SECRET_KIND),
    (with_paper(), Found.PAPER_FORM),
    (with_paper(e="Aw"), Found.SECRET_KEY),
    (with_paper(n="AQAB"), Found.SECRET_KEY),
    (with_paper(scheme="RSABSSA-SHA384-PSSZERO-Randomized"), Found.SECRET_KEY),
    (numbers(issued=4), Found.RESULT),
    (numbers(issued=None), Found.RESULT),
    (numbers(cast=5), Found.RESULT),
    (numbers(valid=4, invalid=0), Found.RESULT),
    (numbers(votes={"for": 4, "against": 0, "abstain": 0}), Found.RESULT),
]


def test_what_happened_is_right(held: Held) -> None:
    report = verify(held.bundle, Beside(receipts=held.promises))
    assert report.ok, report.findings
    wanted = {"tokens": 5, "ballots": 4, "for": 3, "against": 0, "adopted": True, "receipts": 4}
    assert {name: report.summary[name] for name in wanted} == wanted


@pytest.mark.parametrize(("lie", "code"), LIES, ids=[f"{i}-{one[1].name.lower()}" for i, one in enumerate(LIES)])
def test_a_lie_about_a_secret_vote_is_found_though_the_node_signs_it(
    held: Held, lie: Callable[[Held, Any, Told], None], code: Found
) -> None:
    report = verify(forged(held.bundle, lambda bundle, told: lie(held, bundle, told)))
    assert [one.code for one in report.findings] == [code], report.findings


def test_a_ballot_of_an_open_vote_may_not_come_out_of_a_box(held: Held, tmp_path: Path) -> None:
    with sqlite_room(tmp_path) as made:
        five = council(made)
        tablets = five.arrive(0, 1, 2, 3)
        motion = five.opened()
        assert all(tablet.cast("for").ok for tablet in tablets)
        made.service.votes.close(five.meeting, motion)
        bundle = made.service.reading.bundle(five.meeting, motion)
    strange = {name: last([json.loads(one["text"]) for one in json.loads(held.bundle)["entries"]], "secret_ballot")[name] for name in PARTS}

    def change(_: Any, told: Told) -> None:
        close = last(told, "motion_closed")
        told.insert(told.index(close) + 1, {**{n: v for n, v in close.items() if n != "ballots"}, "kind": "secret_ballot", **strange})
        renumber(told)

    report = verify(forged(bundle, change))
    assert [one.code for one in report.findings] == [Found.SECRET_KIND]


def test_a_promise_that_was_not_kept_is_found(held: Held) -> None:
    """The node signed a promise for the fifth ballot and left it out of the box."""
    tracker = hashlib.sha256(held.sealed.prepared).hexdigest()
    origin = json.loads(held.bundle)["key"].split("+")[0]
    kept = json.loads(held.promises[0])
    note = Signer(SEED).sign_note(origin, f"dinh-box/1\n{origin}\n{kept['motion']}\n{tracker}\n")
    promise = {"motion": kept["motion"], "tracker": tracker, "code": code_of(tracker), "promise": note}
    report = verify(held.bundle, Beside(receipts=[canonical(promise)]))
    assert [(one.code, one.where) for one in report.findings] == [(Found.PROMISE_BROKEN, "receipts[0].tracker")]


@pytest.mark.parametrize("field", ["motion", "tracker", "code", "promise"])
def test_every_changed_field_of_a_promise_is_found(held: Held, field: str) -> None:
    kept = json.loads(held.promises[0])
    for value in (kept[field][:-1], kept[field] + "0", "", "\n", 7, None):
        report = verify(held.bundle, Beside(receipts=[json.dumps({**kept, field: value}).encode()]))
        assert [one.code in {Found.RECEIPT, Found.RECEIPT_FORM} for one in report.findings] == [True], (field, value)


def test_every_changed_byte_of_the_secret_entries_is_found(held: Held) -> None:
    start, end = held.bundle.find(b"token_issued"), held.bundle.rfind(b"secret_ballot")
    draw = secrets.SystemRandom()
    for place in draw.sample(range(start, end), 150):
        changed = bytearray(held.bundle)
        changed[place] ^= 1 << draw.randrange(7)
        with suppress(UnicodeDecodeError):
            assert not verify(bytes(changed)).ok
