"""Two verifiers that share no line say the same of every bundle: right ones, changed ones, and logs that a node signed and that lie."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broker.envelope import canonical
from meeting.log.checks.report import Found, Step
from meeting.log.verifier import Beside
from tests.meeting.evenings import KINDS, Evening
from tests.meeting.second import WEB, Second, first, same, second
from tests.meeting.test_bundle import JSON, Bundle, forged, other_than, places, put

BYTES_CHANGED = 600
PIECES_CHANGED = 120


@pytest.fixture(scope="module", params=list(KINDS))
def evening(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Evening:
    made: Evening = KINDS[request.param](tmp_path_factory.mktemp("evening"))
    return made


@pytest.fixture(scope="module")
def other() -> Iterator[Second]:
    with second() as running:
        yield running


def both_find(asked: list[tuple[bytes, Beside]], other: Second) -> list[dict[str, Any]]:
    """Each of these is wrong to both verifiers, in the same words."""
    reports = []
    for (bundle, beside), told in zip(asked, other.check_all(asked), strict=True):
        report = first(bundle, beside)
        assert not report["ok"]
        assert same(report, told), (report, told)
        reports.append(report)
    return reports


def test_both_find_a_real_vote_right_and_tell_the_same_numbers(evening: Evening, other: Second) -> None:
    for beside in (Beside(), evening.beside):
        report, told = first(evening.bundle, beside), other.check(evening.bundle, beside)
        assert report["ok"], report["findings"]
        assert same(report, told), (report, told)
    assert report["steps"][:9] == [one.value for one in Step][:9]


def test_every_changed_field_is_caught_by_both(evening: Evening, other: Second) -> None:
    """Nothing in a bundle is without meaning: whatever field is changed, the change is caught; so none needs to be proven harmless."""
    asked = []
    for path, value in places(json.loads(evening.bundle)):
        for changed in (other_than(value), None, [], "", 0):
            if changed != value or type(changed) is not type(value):
                bundle = json.loads(evening.bundle)
                put(bundle, path, changed)
                asked.append((canonical(bundle), Beside()))
    assert len(both_find(asked, other)) > 100


def lose(holder: dict[str, Any], key: str) -> None:
    del holder[key]


def double(holder: dict[str, Any], key: str) -> None:
    holder[f"{key}2"] = holder[key]


def test_every_field_that_is_gone_or_too_many_is_caught_by_both_or_harmless(evening: Evening, other: Second) -> None:
    """Harmless is one thing only: the text of an entry that this vote does not need is kept back. Its leaf still stands in the tree, the
    count is the same, and both say how many entries are hidden.
    """
    asked = []
    for path, _ in places(json.loads(evening.bundle)):
        for change in (lose, double):
            bundle = holder = json.loads(evening.bundle)
            for key in path[:-1]:
                holder = holder[key]
            if isinstance(holder, dict):
                change(holder, str(path[-1]))
                asked.append((path, canonical(bundle)))
    whole, harmless = first(evening.bundle), 0
    for (path, bundle), told in zip(asked, other.check_all((bundle, Beside()) for _, bundle in asked), strict=True):
        report = first(bundle)
        assert same(report, told), (report, told)
        if report["ok"]:
            harmless += 1
            assert (path[0], path[-1]) == ("entries", "text")
            assert report["summary"] == whole["summary"] | {"hidden": whole["summary"]["hidden"] + 1}
    assert harmless < len(asked) / 10


def test_random_changed_bytes_are_caught_by_both(evening: Evening, other: Second) -> None:
    """The bundle has one spelling, and all of it is hashed, signed, counted or compared: no changed byte is harmless."""
    raw, draw = evening.bundle, random.Random(2026)
    asked = []
    for _ in range(BYTES_CHANGED):
        place = draw.randrange(len(raw))
        byte = draw.choice([one for one in range(256) if one != raw[place]])
        asked.append((raw[:place] + bytes([byte]) + raw[place + 1 :], Beside()))
    assert len(both_find(asked, other)) == len(asked)


def test_cut_doubled_and_swapped_pieces_are_caught_by_both(evening: Evening, other: Second) -> None:
    raw, draw = evening.bundle, random.Random(7)
    asked = []
    for _ in range(PIECES_CHANGED):
        start = draw.randrange(len(raw))
        end = min(len(raw), start + draw.randrange(1, 200))
        asked += [(raw[:start] + raw[end:], Beside()), (raw[:end] + raw[start:], Beside())]
    entries = json.loads(raw)["entries"]
    for one, two in zip(range(len(entries)), draw.sample(range(len(entries)), len(entries)), strict=True):
        if one != two:
            bundle = json.loads(raw)
            bundle["entries"][one], bundle["entries"][two] = entries[two], entries[one]
            asked.append((canonical(bundle), Beside()))
    assert len(both_find(asked, other)) == len(asked)


def test_every_changed_field_and_byte_of_a_receipt_is_caught_by_both(evening: Evening, other: Second) -> None:
    draw, asked = random.Random(3), []
    for receipt in evening.beside.receipts[:2]:
        for path, value in places(json.loads(receipt)):
            for changed in (other_than(value), None, [], -1):
                told = json.loads(receipt)
                put(told, path, changed)
                asked.append((evening.bundle, Beside(receipts=[json.dumps(told).encode()])))
        for _ in range(60):
            place = draw.randrange(len(receipt))
            broken = receipt[:place] + bytes([receipt[place] ^ 1]) + receipt[place + 1 :]
            asked.append((evening.bundle, Beside(receipts=[broken])))
    assert len(both_find(asked, other)) == len(asked)


def test_another_key_and_another_document_are_caught_by_both(evening: Evening, other: Second) -> None:
    key = str(evening.beside.key)
    besides = [Beside(key=key[:-4] + "AAA="), Beside(key=""), Beside(documents=[b"%PDF-other"]), Beside(documents=[b""])]
    assert len(both_find([(evening.bundle, beside) for beside in besides], other)) == len(besides)


AWKWARD = [
    b"",
    b"{}",
    b"[]",
    b"null",
    b'{"a":1.0}',
    b'{"a":1e2}',
    b'{"a":NaN}',
    b'{"a":-Infinity}',
    b'{"a":-0}',
    b'{"a":01}',
    b'{"a":"\\ud800"}',
    b'{"a":"\\ud83d\\ude00"}',
    b'{"a":"\\u00e9"}',
    b'{"a":"\x7f"}',
    b'{"a":"\n"}',
    b'{"a":1,"a":1}',
    b'{"__proto__":1,"constructor":2}',
    b'{"b":1,"a":2}',
    '{"\U00010000":1,"\uffff":2}'.encode(),
    '{"\uffff":2,"\U00010000":1}'.encode(),
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\x00}\x00",
    b'{"a":"\xc3"}',
    b'{"a":"\xed\xa0\x80"}',
    b'{"a":"\xf4\x90\x80\x80"}',
    b'{"entries":[{"leaf":"' + b"0" * 64 + b'"},\xff',
    b'{"entries":[1,2,3 ,4]}',
    b"{1:2}",
    b'{"a":' + b"9" * 5000 + b"}",
    b'{"a":' + b"9" * 400 + b"}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
]


def test_bytes_that_readers_disagree_about_are_wrong_to_both_at_the_same_place(other: Second) -> None:
    assert len(both_find([(raw, Beside()) for raw in AWKWARD], other)) == len(AWKWARD)


@settings(max_examples=200, deadline=None)
@given(raw=st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_no_bytes_make_them_differ(other: Second, raw: bytes) -> None:
    assert same(first(raw), other.check(raw))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_no_value_in_a_signed_log_makes_them_differ(evening: Evening, other: Second, data: st.DataObject) -> None:
    """A dishonest node may sign anything. Whatever it signs, both say the same, and neither stumbles."""

    def change(bundle: Bundle, told: list[dict[str, Any]]) -> None:
        for _ in range(data.draw(st.integers(1, 2))):
            put(told, data.draw(st.sampled_from([*places(told)]))[0], data.draw(JSON | st.sampled_from([True, 1, "1", None, ""])))
        assert bundle

    bundle = forged(evening.bundle, change)
    report, told = first(bundle, evening.beside), other.check(bundle, evening.beside)
    assert same(report, told), (report, told)


def test_the_page_has_a_sentence_for_every_code_and_step() -> None:
    for language in ("vi", "en"):
        words = json.loads((WEB / "verify" / "words" / f"{language}.json").read_text("utf-8"))
        assert set(words["found"]) == {one.value.removeprefix("verify.") for one in Found}
        assert set(words["steps"]) >= {one.value for one in Step}


def test_every_code_of_the_first_verifier_is_one_of_the_second() -> None:
    """A code that only one of them knows is a check that only one of them makes."""
    written = "".join(path.read_text("utf-8") for path in (WEB / "verify").glob("*.ts") if path.name != "inline.ts")
    assert set(re.findall(r'"(verify\.[a-z_0-9]+)"', written)) == {one.value for one in Found}


def test_the_page_shares_nothing_with_what_voted_or_counted() -> None:
    """Its own files, and the one package that stands in where a browser has no Ed25519; what makes and tests it, Node and Vite."""
    for path in (WEB / "verify").rglob("*.ts"):
        for name in re.findall(r'\b(?:from |import |import\()"([^"\n]+)"', path.read_text("utf-8")):
            ours = name.startswith(".") and (path.parent / name).resolve().is_relative_to(WEB / "verify")
            assert ours or name in {"@noble/ed25519", "vite"} or name.startswith("node:"), f"{path.name} imports {name}"
