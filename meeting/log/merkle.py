"""The Merkle tree of RFC 6962, section 2.1: leaf hash SHA-256(0x00 || entry), node hash SHA-256(0x01 || left || right).

Hashes are 32 raw bytes. A `Frontier` is all that is kept to append: one hash for each 1 in the binary size, so that an
entry and the proof that it is in the log cost O(log n) whatever the size.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

EMPTY = hashlib.sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True)
class Frontier:
    """The roots of the perfect subtrees of a log of this size, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def add(self, leaf: bytes) -> "tuple[Frontier, tuple[bytes, ...]]":
        """The frontier with one more leaf, and the inclusion proof of that leaf in the grown tree."""
        proof = self.peaks[::-1]
        peaks, rest = [*self.peaks, leaf], self.size
        while rest & 1:
            right, left = peaks.pop(), peaks.pop()
            peaks.append(node_hash(left, right))
            rest >>= 1
        return Frontier(self.size + 1, tuple(peaks)), proof

    def root(self) -> bytes:
        """The head of the tree."""
        if not self.peaks:
            return EMPTY
        *rest, head = self.peaks
        for peak in reversed(rest):
            head = node_hash(peak, head)
        return head


class Run:
    """Leaves that are appended to a log one after another, and the proof of each in the tree that all of them make.

    Kept are the peaks before and every whole subtree that the new leaves complete: what a proof of a new leaf can need.
    """

    def __init__(self, before: Frontier) -> None:
        self.size = before.size
        self._nodes: dict[tuple[int, int], bytes] = {}
        """(level, place) -> hash of the leaves from place << level to (place + 1) << level."""
        self._nodes.update(zip(_perfect(before.size), before.peaks, strict=True))
        self._known: list[tuple[int, int, tuple[bytes, ...]]] = []
        self._known_for = -1

    def add(self, leaf: bytes) -> int:
        """Its index."""
        index, level, place, here = self.size, 0, self.size, leaf
        self._nodes[0, place] = leaf
        while place & 1:
            here = node_hash(self._nodes[level, place - 1], here)
            level, place = level + 1, place >> 1
            self._nodes[level, place] = here
        self.size += 1
        return index

    def after(self) -> Frontier:
        """The end of the log as it is now."""
        return Frontier(self.size, tuple(self._nodes[one] for one in _perfect(self.size)))

    def proof(self, index: int) -> tuple[bytes, ...]:
        """PATH of a leaf that was added here, in the tree as it is now."""
        height, outside = next((level, rest) for level, place, rest in self._sides() if index >> level == place)
        return (*(self._nodes[level, index >> level ^ 1] for level in range(height)), *outside)

    def _sides(self) -> list[tuple[int, int, tuple[bytes, ...]]]:
        """(level, place, what a proof needs beyond it) of each peak: all to the right of it as one hash, those to the left one by one."""
        if self._known_for != self.size:
            perfect, peaks = _perfect(self.size), self.after().peaks
            rest = [(Frontier(0, peaks[at + 1 :]).root(),) if peaks[at + 1 :] else () for at in range(len(peaks))]
            self._known = [(*one, (*rest[at], *reversed(peaks[:at]))) for at, one in enumerate(perfect)]
            self._known_for = self.size
        return self._known


def _perfect(size: int) -> list[tuple[int, int]]:
    """(level, place) of the perfect subtrees of a tree of this size, largest first."""
    found, start = [], 0
    for level in range(size.bit_length() - 1, -1, -1):
        if size >> level & 1:
            found.append((level, start >> level))
            start += 1 << level
    return found


def frontier(leaves: Sequence[bytes]) -> Frontier:
    """The frontier of a whole list of leaf hashes."""
    grown = Frontier()
    for leaf in leaves:
        grown, _ = grown.add(leaf)
    return grown


def root(leaves: Sequence[bytes]) -> bytes:
    return frontier(leaves).root()


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """PATH(index, leaves): hashes from the leaf's sibling up to the root's child."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if index < split:
        return (*inclusion(leaves[:split], index), root(leaves[split:]))
    return (*inclusion(leaves[split:], index - split), root(leaves[:split]))


def consistency(leaves: Sequence[bytes], earlier: int) -> tuple[bytes, ...]:
    """PROOF(earlier, leaves): that the tree of the first `earlier` leaves is a beginning of this one."""
    if not 0 < earlier <= len(leaves):
        raise IndexError(earlier)
    return _subproof(leaves, earlier, whole=True)


def _subproof(leaves: Sequence[bytes], earlier: int, *, whole: bool) -> tuple[bytes, ...]:
    if earlier == len(leaves):
        return () if whole else (root(leaves),)
    split = _split(len(leaves))
    if earlier <= split:
        return (*_subproof(leaves[:split], earlier, whole=whole), root(leaves[split:]))
    return (*_subproof(leaves[split:], earlier - split, whole=False), root(leaves[:split]))


def _split(size: int) -> int:
    """The largest power of two smaller than `size`."""
    return 1 << (size - 1).bit_length() - 1


def includes(head: bytes, size: int, leaf: bytes, *, index: int, proof: Sequence[bytes]) -> bool:
    """True when `proof` shows that `leaf` is entry `index` of the tree `head` (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, here = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            here = node_hash(sibling, here)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            here = node_hash(here, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and here == head


def extends(head: bytes, size: int, *, earlier_head: bytes, earlier: int, proof: Sequence[bytes]) -> bool:
    """True when `proof` shows that the tree `head` begins with the tree `earlier_head` (RFC 9162, 2.1.4.2)."""
    if not 0 < earlier <= size:
        return False
    if earlier == size:
        return not proof and head == earlier_head
    path = [earlier_head, *proof] if earlier & (earlier - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = earlier - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and old == earlier_head and new == head
