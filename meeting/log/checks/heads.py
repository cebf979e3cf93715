"""A head of the log that somebody kept: read off the hall screen, scanned from its QR, copied from the minutes.

Two spellings, each with any white space between its parts: the whole signed note (origin, size, root, its signature), or only what
people read aloud, the size and at least the first sixteen hexadecimal digits of the root. The first proves that the node signed it.
"""

import re
from collections.abc import Sequence

from meeting.log.checks.report import Found, Wrong
from meeting.log.checks.signatures import Head, open_note
from meeting.log.checks.tree import tree_hash

SIZE = re.compile(r"[1-9][0-9]{0,14}|[1-9][0-9]{0,2}(?:[.,][0-9]{3}){1,4}")
"""A number as people write it: 1250, 1.250 or 1,250."""
BEGINNING = re.compile(r"[0-9a-f]{16,64}")
SPACE = re.compile(r"[ \t\r\n]+")


def check_head(text: str, log: tuple[Head, str, Sequence[bytes]], where: str) -> None:
    """That head is a beginning of this log. `log`: its own head, its verifier key, and the leaves of all its entries."""
    mine, key, leaves = log
    parts = [part for part in SPACE.split(text) if part]
    if "—" in parts:
        head = _signed(parts, key, where)
        if head.origin != mine.origin:
            raise Wrong(Found.CHECKPOINT_ORIGIN, where, origin=head.origin[:100])
        size, root = head.size, head.root.hex()
    else:
        size, root = _spoken(parts, where)
    if size > len(leaves):
        raise Wrong(Found.HEAD_LATER, where, said=size, found=len(leaves))
    computed = tree_hash(leaves[:size]).hex()
    if not computed.startswith(root):
        raise Wrong(Found.HEAD_OTHER, where, said=root, computed=computed)


def _signed(parts: Sequence[str], key: str, where: str) -> Head:
    if len(parts) != 6 or parts[3] != "—":
        raise Wrong(Found.HEAD_FORM, where)
    origin, size, root, _, name, signature = parts
    return open_note(f"{origin}\n{size}\n{root}\n\n— {name} {signature}\n", key, where)


def _spoken(parts: Sequence[str], where: str) -> tuple[int, str]:
    said, root = (parts[0] if parts else ""), "".join(parts[1:]).lower()
    if not SIZE.fullmatch(said) or not BEGINNING.fullmatch(root):
        raise Wrong(Found.HEAD_FORM, where)
    return int(said.replace(".", "").replace(",", "")), root
