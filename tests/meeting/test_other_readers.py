"""The log as other people's tools read it, and proofs against the words of RFC 6962 written a second time here."""

import base64
import json
import subprocess
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting.log.merkle import consistency, extends, inclusion, leaf_hash, root
from tests.meeting.evenings import Evening, question
from tests.meeting.second import WEB, node
from tests.meeting.test_merkle import HEADS, LEAVES


@pytest.fixture(scope="module")
def evening(tmp_path_factory: pytest.TempPathFactory) -> Evening:
    return question(tmp_path_factory.mktemp("evening"))


def read_by_sigstore(asked: Sequence[dict[str, Any]]) -> list[str]:
    """What @sigstore/verify says of each receipt: "read", or why it cannot be."""
    done = subprocess.run(
        [node(), "--disable-warning=ExperimentalWarning", str(WEB / "tests" / "otherReader.ts")],
        input="".join(json.dumps(one) + "\n" for one in asked),
        capture_output=True,
        text=True,
        check=True,
        cwd=WEB,
        timeout=60,
    )
    return done.stdout.splitlines()


def test_a_reader_that_is_not_ours_follows_every_receipt_to_its_signed_head(evening: Evening) -> None:
    receipts = [json.loads(raw) for raw in evening.beside.receipts]
    assert read_by_sigstore([{"receipt": one, "key": evening.beside.key} for one in receipts]) == ["read"] * len(receipts)


def test_that_reader_refuses_what_was_changed(evening: Evening) -> None:
    receipt, other = (json.loads(raw) for raw in evening.beside.receipts[:2])
    changes: list[dict[str, Any]] = [
        {"entry": receipt["entry"] + " "},
        {"index": receipt["index"] - 1},
        {"proof": receipt["proof"][1:]},
        {"proof": [receipt["leaf_sha256"], *receipt["proof"][1:]]},
        {"checkpoint": other["checkpoint"]},
        {"checkpoint": receipt["checkpoint"].replace(f"\n{receipt['size']}\n", f"\n{receipt['size'] + 1}\n")},
    ]
    said = read_by_sigstore([{"receipt": {**receipt, **one}, "key": evening.beside.key} for one in changes])
    assert len(said) == len(changes)
    assert "read" not in said


# --- RFC 6962, 2.1: MTH, PATH and PROOF over the entries themselves, as the RFC defines them -------------------------------------------


def mth(entries: Sequence[bytes]) -> bytes:
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = below(len(entries))
    return sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def below(n: int) -> int:
    """The largest power of two smaller than n."""
    return max(1 << i for i in range(n) if 1 << i < n)


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = below(len(entries))
    return [*path(m, entries[:k]), mth(entries[k:])] if m < k else [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Sequence[bytes]) -> list[bytes]:
    return subproof(m, entries, known=True)


def subproof(m: int, entries: Sequence[bytes], *, known: bool) -> list[bytes]:
    n = len(entries)
    if m == n:
        return [] if known else [mth(entries)]
    k = below(n)
    if m <= k:
        return [*subproof(m, entries[:k], known=known), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], known=False), mth(entries[:k])]


@given(st.lists(st.binary(max_size=6), min_size=1, max_size=40), st.data())
def test_proofs_are_the_rfcs_own(entries: list[bytes], data: st.DataObject) -> None:
    leaves = [leaf_hash(one) for one in entries]
    index = data.draw(st.integers(0, len(entries) - 1))
    earlier = data.draw(st.integers(1, len(entries)))
    assert list(inclusion(leaves, index)) == path(index, entries)
    assert list(consistency(leaves, earlier)) == proof(earlier, entries)
    assert extends(mth(entries), len(entries), earlier_head=mth(entries[:earlier]), earlier=earlier, proof=proof(earlier, entries))


def test_the_rfcs_example_of_seven_leaves() -> None:
    """RFC 6962, 2.1.3, with its names: PROOF(3) = [c, d, g, l], PROOF(4) = [l], PROOF(6) = [i, j, k]; PATH(0) = [b, h, l], and so on.

    a to f and j are the leaf hashes of d0 to d6; g = (a, b), h = (c, d), i = (e, f), k = (g, h), l = (i, j).
    """
    d = [f"d{i}".encode() for i in range(7)]
    a, b, c, dd, e, f, j = leaves = [leaf_hash(one) for one in d]
    g, h, i = (sha256(b"\1" + one + two).digest() for one, two in ((a, b), (c, dd), (e, f)))
    k, last = (sha256(b"\1" + one + two).digest() for one, two in ((g, h), (i, j)))
    assert list(inclusion(leaves, 0)) == [b, h, last]
    assert list(inclusion(leaves, 3)) == [c, g, last]
    assert list(inclusion(leaves, 4)) == [f, j, k]
    assert list(inclusion(leaves, 6)) == [i, k]
    assert list(consistency(leaves, 3)) == [c, dd, g, last]
    assert list(consistency(leaves, 4)) == [last]
    assert list(consistency(leaves, 6)) == [i, j, k]


@pytest.mark.parametrize(
    ("earlier", "size", "known"),
    [
        (1, 1, []),
        (
            1,
            8,
            [
                "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
            ],
        ),
        (
            6,
            8,
            [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ],
        ),
        (
            2,
            5,
            [
                "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            ],
        ),
    ],
)
def test_consistency_proofs_are_those_of_the_known_vectors(earlier: int, size: int, known: list[str]) -> None:
    """Of the certificate-transparency tests, over the eight leaves whose heads stand in test_merkle."""
    leaves = LEAVES[:size]
    assert [one.hex() for one in consistency(leaves, earlier)] == known
    heads = [bytes.fromhex(HEADS[one - 1]) for one in (size, earlier)]
    assert extends(heads[0], size, earlier_head=heads[1], earlier=earlier, proof=[bytes.fromhex(one) for one in known])


def test_a_receipts_head_is_a_beginning_of_the_final_head(evening: Evening) -> None:
    """What a consistency proof gives a stranger who has two heads and no entries: the later log kept everything of the earlier one."""
    bundle = json.loads(evening.bundle)
    leaves = [bytes.fromhex(one["leaf"]) for one in bundle["entries"]]
    for raw in evening.beside.receipts:
        receipt = json.loads(raw)
        _origin, size, root64, *_ = receipt["checkpoint"].split("\n")
        final = bundle["checkpoint"].split("\n")
        between = consistency(leaves, int(size))
        later, whole = _bytes(final[2]), int(final[1])
        other = root([*leaves[: int(size) - 1], leaf_hash(b"another ballot")])
        assert extends(later, whole, earlier_head=_bytes(root64), earlier=int(size), proof=between)
        assert not extends(later, whole, earlier_head=other, earlier=int(size), proof=between)


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
