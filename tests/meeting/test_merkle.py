"""The log's tree against the RFC's own words, written a second time here, and against its known values."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meeting.log.checks import tree
from meeting.log.merkle import EMPTY, Frontier, Run, consistency, extends, frontier, includes, inclusion, leaf_hash, root

# The eight entries that the certificate-transparency implementations test with, and the heads of their first n leaves.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
HEADS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
LEAVES = [leaf_hash(bytes.fromhex(one)) for one in INPUTS]


def naive(leaves: list[bytes]) -> bytes:
    """MTH as RFC 6962, 2.1 defines it."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + naive(leaves[:k]) + naive(leaves[k:])).digest()


def leaves_of(size: int) -> list[bytes]:
    return [leaf_hash(str(i).encode()) for i in range(size)]


def test_the_empty_tree_is_the_hash_of_nothing() -> None:
    assert Frontier().root() == EMPTY == hashlib.sha256(b"").digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_heads_are_those_of_the_known_vectors(size: int) -> None:
    assert root(LEAVES[:size]).hex() == HEADS[size - 1]
    assert tree.tree_hash(LEAVES[:size]).hex() == HEADS[size - 1]


def test_inclusion_proofs_are_those_of_the_known_vectors() -> None:
    """PATH(0, D[8]) and PATH(5, D[8]) of the certificate-transparency tests."""
    assert [one.hex() for one in inclusion(LEAVES, 0)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [one.hex() for one in inclusion(LEAVES, 5)] == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


@given(st.integers(1, 70))
def test_growing_leaf_by_leaf_gives_the_rfcs_head_and_proof(size: int) -> None:
    leaves, grown = leaves_of(size), Frontier()
    for index, leaf in enumerate(leaves):
        grown, proof = grown.add(leaf)
        assert proof == inclusion(leaves[: index + 1], index)
    assert grown.root() == naive(leaves) == tree.tree_hash(leaves)
    assert len(grown.peaks) == size.bit_count()


@given(st.integers(0, 70), st.integers(1, 70))
def test_a_run_of_leaves_gives_the_rfcs_head_and_the_proof_of_each(before: int, more: int) -> None:
    leaves = leaves_of(before + more)
    run = Run(frontier(leaves[:before]))
    assert [run.add(leaf) for leaf in leaves[before:]] == list(range(before, before + more))
    assert run.after() == frontier(leaves)
    for index in range(before, before + more):
        assert run.proof(index) == inclusion(leaves, index)


@given(st.data())
def test_an_inclusion_proof_holds_for_its_entry_and_for_no_other(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    index = data.draw(st.integers(0, size - 1))
    leaves = leaves_of(size)
    head, proof = naive(leaves), inclusion(leaves, index)
    assert includes(head, size, leaves[index], index=index, proof=proof)
    assert tree.path_hash(leaves[index], index, size, proof) == head
    other = data.draw(st.integers(0, size - 1).filter(lambda one: one != index or size == 1))
    if other != index:
        assert not includes(head, size, leaves[other], index=index, proof=proof)
        assert not includes(head, size, leaves[index], index=other, proof=proof)
    assert not includes(head, size, leaves[index], index=index, proof=[*proof, head])
    assert not includes(head, size, leaves[index], index=size, proof=proof)


@given(st.data())
def test_a_consistency_proof_holds_for_a_beginning_and_for_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 70))
    earlier = data.draw(st.integers(1, size))
    leaves = leaves_of(size)
    head, before, proof = naive(leaves), naive(leaves[:earlier]), consistency(leaves, earlier)
    assert extends(head, size, earlier_head=before, earlier=earlier, proof=proof)
    forged = naive([*leaves[: earlier - 1], leaf_hash(b"forged")])
    assert not extends(head, size, earlier_head=forged, earlier=earlier, proof=proof)
    assert not extends(leaf_hash(b"other"), size, earlier_head=before, earlier=earlier, proof=proof)
    assert not extends(head, size, earlier_head=before, earlier=0, proof=proof)


def test_what_is_outside_the_tree_has_no_proof() -> None:
    with pytest.raises(IndexError):
        inclusion(LEAVES, 8)
    with pytest.raises(IndexError):
        consistency(LEAVES, 0)


def test_appending_keeps_only_a_handful_of_hashes_however_long_the_log() -> None:
    grown = frontier(leaves_of(5000))
    assert len(grown.peaks) == (5000).bit_count()
