"""What a check of a bundle says: closed codes, where, and facts."""

from dataclasses import dataclass, field
from enum import StrEnum

Facts = dict[str, str | int | bool | None]


class Found(StrEnum):
    """What is wrong. The first group is about bytes, the second about the log, the third about the vote."""

    NOT_UTF8 = "verify.not_utf8"
    NOT_JSON = "verify.not_json"
    NOT_CANONICAL = "verify.not_canonical"
    SHAPE = "verify.shape"

    KEY_FORM = "verify.key_form"
    KEY_OTHER = "verify.key_other"
    CHECKPOINT_FORM = "verify.checkpoint_form"
    CHECKPOINT_SIGNATURE = "verify.checkpoint_signature"
    CHECKPOINT_ORIGIN = "verify.checkpoint_origin"
    ENTRY_HASH = "verify.entry_hash"
    ENTRY_FORM = "verify.entry_form"
    ENTRY_PLACE = "verify.entry_place"
    LOG_SIZE = "verify.log_size"
    LOG_ROOT = "verify.log_root"
    ENTRY_HIDDEN = "verify.entry_hidden"

    NAME = "verify.name"
    MOTION_MISSING = "verify.motion_missing"
    PAPER_HASH = "verify.paper_hash"
    PAPER_FORM = "verify.paper_form"
    KEY_PROOF = "verify.key_proof"
    ROLL = "verify.roll"
    OPENING = "verify.opening"
    BALLOT_FORM = "verify.ballot_form"
    BALLOT_KEY = "verify.ballot_key"
    BALLOT_SIGNATURE = "verify.ballot_signature"
    BALLOT_PLACE = "verify.ballot_place"
    BALLOT_NOT_PRESENT = "verify.ballot_not_present"
    BALLOT_NO_VOTE = "verify.ballot_no_vote"
    BALLOT_NOT_OPEN = "verify.ballot_not_open"
    BALLOT_PAPER = "verify.ballot_paper"
    BALLOT_CHOICE = "verify.ballot_choice"
    BALLOT_NONCE = "verify.ballot_nonce"
    BALLOT_FINAL = "verify.ballot_final"
    CLERK_PROOF = "verify.clerk_proof"
    CALL_FORM = "verify.call_form"
    CALL_KEY = "verify.call_key"
    CALL_SIGNATURE = "verify.call_signature"
    CALL_ALONE = "verify.call_alone"
    CALL_PLACE = "verify.call_place"
    CALL_SECRET = "verify.call_secret"  # noqa: S105
    CALL_LINES = "verify.call_lines"
    SECRET_KEY = "verify.secret_key"  # noqa: S105
    SECRET_KIND = "verify.secret_kind"  # noqa: S105
    SECRET_BALLOT_FORM = "verify.secret_ballot_form"  # noqa: S105
    SECRET_SIGNATURE = "verify.secret_signature"  # noqa: S105
    SECRET_ORDER = "verify.secret_order"  # noqa: S105
    SECRET_COUNT = "verify.secret_count"  # noqa: S105
    BALLOTS_COUNT = "verify.ballots_count"
    RESULT = "verify.result"
    RECEIPT_FORM = "verify.receipt_form"
    RECEIPT = "verify.receipt"
    PROMISE_BROKEN = "verify.promise_broken"
    HEAD_FORM = "verify.head_form"
    HEAD_LATER = "verify.head_later"
    HEAD_OTHER = "verify.head_other"
    DOCUMENT = "verify.document"


class Step(StrEnum):
    """What is checked, in this order. A step that finds something is the last."""

    BYTES = "bytes"
    CHECKPOINT = "checkpoint"
    ENTRIES = "entries"
    ROOT = "root"
    PAPER = "paper"
    NAMES = "names"
    ROLLS = "rolls"
    BALLOTS = "ballots"
    RESULT = "result"
    RECEIPTS = "receipts"
    HEADS = "heads"
    DOCUMENTS = "documents"


@dataclass(frozen=True)
class Finding:
    """`where` names the entry, field or byte: "entries[12].text", "checkpoint", "byte 801"."""

    code: Found
    where: str
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """`steps` were done in order; the last one found `findings`, if there are any."""

    ok: bool
    findings: tuple[Finding, ...]
    steps: tuple[Step, ...]
    summary: Facts
    """What was checked, as far as it got: meeting, motion, title, entries, ballots, voters, for, against, abstain (of an election candidates, elected, tied), needed, adopted, root, key."""


class Wrong(Exception):
    """Ends a check at what is wrong."""

    def __init__(self, code: Found, where: str, **facts: str | int | bool | None) -> None:
        super().__init__(code.value, where)
        self.finding = Finding(code, where, facts)
