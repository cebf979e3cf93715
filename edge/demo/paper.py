"""What a small unit checks for itself before it signs, and before it shows a code."""

import hashlib
import json
from base64 import b64decode
from binascii import Error as Base64Error
from typing import Final

from broker.messages.meetings import MotionSnapshot, Receipt
from meeting.log.receipts import code_of

CHOICES: Final = ("for", "against", "abstain")
"""By key: 1, 2, 3."""


def hashed_paper(motion: MotionSnapshot, meeting: str) -> str:
    """SHA-256 (hex) of the paper's bytes as they came, when they are what the node names and are an open question with three answers; else ""."""
    try:
        raw = b64decode(motion.paper_base64 or "", validate=True)
        paper = json.loads(raw)
    except (Base64Error, ValueError, RecursionError):
        return ""
    digest = hashlib.sha256(raw).hexdigest()
    if not isinstance(paper, dict) or digest != motion.paper_sha256:
        return ""
    wanted = {"format": "dinh-paper/1", "meeting": meeting, "motion": motion.motion, "choices": list(CHOICES), "secret": None}
    return digest if all(paper.get(name, "") == value for name, value in wanted.items()) else ""


def is_of(receipt: Receipt, ballot: str) -> bool:
    """The receipt is for these bytes: their hash, its code, and the log's entry that holds them under the leaf that is proved."""
    digest = hashlib.sha256(ballot.encode()).hexdigest()
    leaf = hashlib.sha256(b"\0" + receipt.entry.encode()).hexdigest()
    holds = json.loads(receipt.entry).get("jws") == ballot
    return holds and (receipt.ballot_sha256, receipt.code, receipt.leaf_sha256) == (digest, code_of(digest), leaf)
