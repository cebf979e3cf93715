"""Whatever is changed in a bundle is found, and the finding says where."""

import ast
import hashlib
import json
import random
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import meeting.log.verifier
from broker.envelope import canonical
from meeting.log.checkpoint import Checkpoint, Signer
from meeting.log.merkle import leaf_hash, root
from meeting.log.verifier import Beside, Found, verify
from tests.meeting.room import SEED, council, pdf, sqlite_room

Bundle = dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, bytes]]:
    """A bundle with two motions in its log, one receipt of it, and the document that was voted on."""
    with sqlite_room(tmp_path_factory.mktemp("bundle")) as made:
        five = council(made)
        made.service.documents.add(five.meeting, five.item, title="Tờ trình", source=BytesIO(pdf()))
        tablets = five.arrive(0, 1, 2, 3)
        other = five.opened()
        assert tablets[0].cast("against").ok
        made.service.votes.close(five.meeting, other)
        motion = five.opened()
        for tablet, choice in zip(tablets, ("for", "for", "for", "abstain"), strict=True):
            receipt = tablet.cast(choice)
            assert receipt.ok
        made.service.votes.close(five.meeting, motion)
        made.service.votes.correct(five.meeting, motion, text="Đính chính", by="account-1")
        yield {
            "bundle": made.service.reading.bundle(five.meeting, motion),
            "receipt": json.dumps(receipt.body).encode(),
            "document": pdf(),
            "key": made.service.house.verifier_key(five.meeting).encode(),
        }


def beside(whole: dict[str, bytes]) -> Beside:
    return Beside(key=whole["key"].decode(), receipts=[whole["receipt"]], documents=[whole["document"]])


def test_the_whole_bundle_is_right(whole: dict[str, bytes]) -> None:
    report = verify(whole["bundle"], beside(whole))
    assert report.ok, report.findings
    assert report.summary["documents"] == 1
    assert report.summary["voters"] == 5


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_every_changed_byte_is_found(whole: dict[str, bytes], data: st.DataObject) -> None:
    raw = whole["bundle"]
    place = data.draw(st.integers(0, len(raw) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != raw[place]))
    report = verify(raw[:place] + bytes([byte]) + raw[place + 1 :])
    assert not report.ok
    assert report.findings[0].where != ""


def test_every_cut_and_every_doubled_piece_is_found(whole: dict[str, bytes]) -> None:
    raw, draw = whole["bundle"], random.Random(1)
    for _ in range(200):
        start = draw.randrange(len(raw))
        end = min(len(raw), start + draw.randrange(1, 200))
        assert not verify(raw[:start] + raw[end:]).ok
        assert not verify(raw[:end] + raw[start:]).ok


def places(value: object, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], object]]:
    """Every place in a JSON value that holds no list or object."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from places(inner, (*path, index))
    else:
        yield path, value


def put(value: Any, path: tuple[str | int, ...], changed: object) -> None:
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = changed


def other_than(value: object) -> object:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    return f"{value}x" if isinstance(value, str) else "x"


def test_every_changed_field_is_found_and_an_entry_is_named(whole: dict[str, bytes]) -> None:
    for path, value in places(json.loads(whole["bundle"])):
        changed = json.loads(whole["bundle"])
        put(changed, path, other_than(value))
        report = verify(canonical(changed))
        assert not report.ok, path
        if path[0] == "entries" and path[2] == "text":
            assert report.findings[0].where == f"entries[{path[1]}]", path


def test_a_changed_byte_in_an_entry_names_that_entry(whole: dict[str, bytes]) -> None:
    raw = whole["bundle"]
    entries = json.loads(raw)["entries"]
    for index, entry in enumerate(entries):
        start = raw.index(entry["leaf"].encode())
        for byte in (b"\x00", b'"', b"z", b"\xff"):
            report = verify(raw[: start + 5] + byte + raw[start + 6 :])
            assert report.findings[0].where.startswith(f"entries[{index}]"), (index, byte, report.findings)


# --- a dishonest node: it signs a log that says what did not happen ---------------------------------------------------


def forged(raw: bytes, change: Callable[[Bundle, list[dict[str, Any]]], None]) -> bytes:
    """The bundle with changed entries, hashed and signed again with the node's own key."""
    bundle: Bundle = json.loads(raw)
    told = [json.loads(one["text"]) if "text" in one else {} for one in bundle["entries"]]
    hidden = {index: one["leaf"] for index, one in enumerate(bundle["entries"]) if "text" not in one}
    change(bundle, told)
    lines = []
    for index, entry in enumerate(told):
        if not entry and index in hidden:
            lines.append({"leaf": hidden[index]})
        else:
            text = canonical(entry).decode()
            lines.append({"leaf": leaf_hash(text.encode()).hex(), "text": text})
    bundle["entries"] = lines
    origin = bundle["key"].split("+")[0]
    head = Checkpoint(origin, len(lines), root([bytes.fromhex(one["leaf"]) for one in lines]))
    bundle["checkpoint"] = Signer(SEED).sign(head)
    return canonical(bundle)


def last(told: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return [one for one in told if one.get("kind") == kind][-1]


def say_other_result(_: Bundle, told: list[dict[str, Any]]) -> None:
    last(told, "result")["votes"] = {"for": 4, "against": 0, "abstain": 0}


def say_rejected(_: Bundle, told: list[dict[str, Any]]) -> None:
    last(told, "result")["adopted"] = False


def lose_a_ballot(_: Bundle, told: list[dict[str, Any]]) -> None:
    told.remove(last(told, "ballot"))
    for index, one in enumerate(told):
        if one:
            one["index"] = index


def count_a_ballot_twice(_: Bundle, told: list[dict[str, Any]]) -> None:
    told.insert(told.index(last(told, "ballot")), dict(last(told, "ballot")))
    for index, one in enumerate(told):
        if one:
            one["index"] = index


def give_a_ballot_to_another(_: Bundle, told: list[dict[str, Any]]) -> None:
    ballots = [one for one in told if one.get("kind") == "ballot"]
    ballots[-1]["member"] = ballots[0]["member"]


def bend_a_ballot(_: Bundle, told: list[dict[str, Any]]) -> None:
    ballot = last(told, "ballot")
    ballot["jws"] = ballot["jws"][:-6] + "AAAAAA"


def say_one_more_is_here(_: Bundle, told: list[dict[str, Any]]) -> None:
    opening = [one for one in told if one.get("kind") == "roll" and one["moment"] == "opening"][-1]
    next(one for one in opening["members"] if not one["present"])["present"] = True


def bind_a_key_without_proof(_: Bundle, told: list[dict[str, Any]]) -> None:
    bound = [one for one in told if one.get("kind") == "key_bound"]
    bound[0]["proof"] = bound[1]["proof"]


def swap_the_paper(bundle: Bundle, _: list[dict[str, Any]]) -> None:
    bundle["paper"] = bundle["paper"].replace("biểu quyết", "bàn bạc")


def rename_a_member(bundle: Bundle, _: list[dict[str, Any]]) -> None:
    next(iter(bundle["names"].values()))["name"] = "Người khác"


def lower_the_rule(bundle: Bundle, told: list[dict[str, Any]]) -> None:
    paper = json.loads(bundle["paper"])
    paper["rule"]["share"] = [1, 4]
    bundle["paper"] = canonical(paper).decode()
    last(told, "motion_opened")["paper"] = hashlib.sha256(bundle["paper"].encode()).hexdigest()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (say_other_result, Found.RESULT),
        (say_rejected, Found.RESULT),
        (lose_a_ballot, Found.BALLOTS_COUNT),
        (count_a_ballot_twice, Found.BALLOT_NONCE),
        (give_a_ballot_to_another, Found.BALLOT_KEY),
        (bend_a_ballot, Found.BALLOT_SIGNATURE),
        (say_one_more_is_here, Found.ROLL),
        (bind_a_key_without_proof, Found.KEY_PROOF),
        (swap_the_paper, Found.PAPER_HASH),
        (rename_a_member, Found.NAME),
        (lower_the_rule, Found.BALLOT_PAPER),
    ],
)
def test_a_log_that_lies_is_found_even_when_the_node_signs_it(
    whole: dict[str, bytes], change: Callable[[Bundle, list[dict[str, Any]]], None], code: Found
) -> None:
    assert verify(forged(whole["bundle"], lambda *_: None)).ok
    report = verify(forged(whole["bundle"], change))
    assert [one.code for one in report.findings] == [code], report.findings


def test_a_ballot_of_this_vote_may_not_be_hidden(whole: dict[str, bytes]) -> None:
    bundle = json.loads(whole["bundle"])
    index = max(i for i, one in enumerate(bundle["entries"]) if "text" in one and '"kind":"ballot"' in one["text"])
    del bundle["entries"][index]["text"]
    report = verify(canonical(bundle))
    assert [(one.code, one.where) for one in report.findings] == [(Found.ENTRY_HIDDEN, f"entries[{index}]")]


def test_every_wrong_entry_is_named(whole: dict[str, bytes]) -> None:
    bundle = json.loads(whole["bundle"])
    for index in (1, 4):
        bundle["entries"][index]["text"] += " "
    report = verify(canonical(bundle))
    assert [one.where for one in report.findings] == ["entries[1]", "entries[4]"]


def test_another_nodes_key_is_not_ours(whole: dict[str, bytes]) -> None:
    bundle = json.loads(whole["bundle"])
    origin = bundle["key"].split("+")[0]
    head = Checkpoint(origin, len(bundle["entries"]), root([bytes.fromhex(one["leaf"]) for one in bundle["entries"]]))
    stranger = Signer(bytes(32))
    bundle["key"], bundle["checkpoint"] = stranger.verifier_key(origin), stranger.sign(head)
    assert verify(canonical(bundle)).ok
    assert verify(canonical(bundle), beside(whole)).findings[0].code is Found.KEY_OTHER


def test_every_changed_field_of_a_receipt_is_found(whole: dict[str, bytes]) -> None:
    for path, value in places(json.loads(whole["receipt"])):
        changed = json.loads(whole["receipt"])
        put(changed, path, other_than(value))
        report = verify(whole["bundle"], Beside(receipts=[json.dumps(changed).encode()]))
        assert not report.ok, path
        assert report.findings[0].where.startswith("receipts[0]")


def test_a_document_that_was_not_voted_on_is_found(whole: dict[str, bytes]) -> None:
    report = verify(whole["bundle"], Beside(documents=[whole["document"], b"%PDF-other"]))
    assert [(one.code, one.where) for one in report.findings] == [(Found.DOCUMENT, "documents[1]")]


@given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
def test_no_bytes_make_the_verifier_stumble(raw: bytes) -> None:
    assert not verify(raw).ok


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_no_value_anywhere_in_a_signed_log_makes_the_verifier_stumble(whole: dict[str, bytes], data: st.DataObject) -> None:
    """A dishonest node may sign anything: whatever stands at one place of the log, the answer is a report."""

    def change(bundle: Bundle, told: list[dict[str, Any]]) -> None:
        place = data.draw(st.sampled_from([*places(told)]))[0]
        put(told, place, data.draw(JSON))

    report = verify(forged(whole["bundle"], change))
    assert report.steps


def test_the_verifier_imports_nothing_of_what_counted() -> None:
    folder = Path(str(meeting.log.verifier.__file__)).parent
    for path in (folder / "verifier.py", *(folder / "checks").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else []
            )
            for name in names:
                inside = name.split(".")[0] in {"broker", "meeting", "edge", "cameras"}
                assert not inside or name.startswith("meeting.log.checks."), f"{path.name} imports {name}"
