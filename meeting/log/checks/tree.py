"""The Merkle tree hash of RFC 6962, 2.1, written as the RFC writes it: recursively, from the leaves."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """MTH of leaf hashes."""
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + tree_hash(leaves[:k]) + tree_hash(leaves[k:])).digest()


def path_hash(leaf_hash: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root to which an audit path leads; None when the path has not the length that this place needs."""
    if size == 1:
        return leaf_hash if not path else None
    if not path:
        return None
    k = 1
    while k * 2 < size:
        k *= 2
    if index < k:
        below = path_hash(leaf_hash, index, k, path[:-1])
        return sha256(b"\x01" + below + path[-1]).digest() if below else None
    below = path_hash(leaf_hash, index - k, size - k, path[:-1])
    return sha256(b"\x01" + path[-1] + below).digest() if below else None
