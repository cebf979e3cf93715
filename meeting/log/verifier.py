"""Counts a motion again from its bundle alone, as a stranger would.

 1 bytes       UTF-8, JSON in its one canonical spelling, exactly the fields of a bundle
 2 checkpoint  signed by the log's key, whose name is that of this meeting's log; the key is the expected one, if one is given
 3 entries     each has the hash it claims, is whole, stands at its place; nothing of this vote is kept back
 4 root        the entries hash to the signed root (RFC 6962), and there are as many as it says
 5 paper       has the hash that the log says was opened, and is for this motion
 6 names       open the salted hashes in the log
 7 rolls       keys proved by their tablets; each roll is what the entries before it say; opening was lawful
 8 ballots     each signed by the key bound to that voter at that moment, present, entitled, in time, for this paper;
               of a secret vote each token so, one for each voter, and each ballot by the vote's own key, no more than tokens
 9 result      the count, the base and the rule give the result that the log says
10 receipts    each given receipt is for an entry of this log, under a signed head that this log extends; each promise of the box is kept
11 heads       each given head of this log (from the hall screen, the minutes, a message) is a beginning of it
12 documents   each given file is one that was voted on

What the caller still owes: that the key is the node's (it is on the hall screen and in the minutes), and that the head
is the one that others saw. A step that finds something is the last one. No code is shared with what counted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from meeting.log.checks.counting import Paper, check_opening, count, read_paper
from meeting.log.checks.entries import Entry, read_entries
from meeting.log.checks.heads import check_head
from meeting.log.checks.reading import DECODER, Fields, canonical, read_bundle
from meeting.log.checks.replay import Story, as_result
from meeting.log.checks.report import Facts, Finding, Found, Report, Step, Wrong
from meeting.log.checks.secret import Board, check_promise
from meeting.log.checks.signatures import Head, open_note
from meeting.log.checks.tree import leaf as leaf_of
from meeting.log.checks.tree import path_hash, tree_hash

__all__ = ["Beside", "Finding", "Found", "Report", "Step", "verify"]

FIELDS = ("format", "meeting", "motion", "key", "checkpoint", "entries", "paper", "names")
RECEIPT = ("motion", "code", "index", "size", "entry", "leaf_sha256", "proof", "checkpoint", "ballot_sha256")
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True)
class Beside:
    """What else is at hand: the key read off the hall screen, receipts (JSON), the documents' bytes, heads as they were scanned or copied."""

    key: str | None = None
    receipts: Sequence[bytes] = ()
    documents: Sequence[bytes] = ()
    heads: Sequence[str] = ()


def verify(bundle: bytes, beside: Beside | None = None) -> Report:
    """Check a bundle. Never raises for what it is given; says what is wrong, and where."""
    check = _Check(bundle, beside or Beside())
    steps: list[Step] = []
    try:
        for step, run in check.steps():
            steps.append(step)
            run()
    except Wrong as wrong:
        findings = check.findings or [wrong.finding]
        return Report(ok=False, findings=tuple(findings), steps=tuple(steps), summary=check.summary)
    return Report(ok=True, findings=(), steps=tuple(steps), summary=check.summary)


@dataclass
class _Check:
    raw: bytes
    beside: Beside
    summary: Facts = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    """All that is wrong with entries: they are named together."""
    entries: list[Entry] = field(default_factory=list)

    def steps(self) -> list[tuple[Step, Callable[[], None]]]:
        always: list[tuple[Step, Callable[[], None]]] = [
            (Step.BYTES, self._bytes),
            (Step.CHECKPOINT, self._checkpoint),
            (Step.ENTRIES, self._entries),
            (Step.ROOT, self._root),
            (Step.PAPER, self._paper),
            (Step.NAMES, self._names),
            (Step.ROLLS, self._rolls),
            (Step.BALLOTS, self._ballots),
            (Step.RESULT, self._result),
        ]
        receipts: list[tuple[Step, Callable[[], None]]] = [(Step.RECEIPTS, self._receipts)] if self.beside.receipts else []
        documents: list[tuple[Step, Callable[[], None]]] = [(Step.DOCUMENTS, self._documents)] if self.beside.documents else []
        heads: list[tuple[Step, Callable[[], None]]] = [(Step.HEADS, self._heads)] if self.beside.heads else []
        return [*always, *receipts, *heads, *documents]

    def _bytes(self) -> None:
        self.bundle = Fields(read_bundle(self.raw), "bundle", Found.SHAPE).only(FIELDS)
        if self.bundle.text("format") != "dinh-bundle/1":
            raise Wrong(Found.SHAPE, "bundle.format")
        self.meeting, self.motion = self.bundle.text("meeting"), self.bundle.text("motion")
        self.lines = self.bundle.objects("entries")
        self.lines = [Fields(one.values, f"entries[{i}]", Found.SHAPE) for i, one in enumerate(self.lines)]
        self.summary |= {"meeting": self.meeting, "motion": self.motion, "entries": len(self.lines)}

    def _checkpoint(self) -> None:
        self.key = self.bundle.text("key")
        self.head: Head = open_note(self.bundle.text("checkpoint"), self.key, "checkpoint")
        if self.head.origin != self.key.split("+")[0] or not self.head.origin.endswith(f"/{self.meeting}"):
            raise Wrong(Found.CHECKPOINT_ORIGIN, "checkpoint", origin=self.head.origin[:100])
        if self.beside.key is not None and self.beside.key != self.key:
            raise Wrong(Found.KEY_OTHER, "key", wanted=self.beside.key[:200])
        self.summary |= {"key": self.key, "root": self.head.root.hex()}

    def _entries(self) -> None:
        self.entries, self.findings = read_entries(self.lines, self.meeting)
        if self.findings:
            raise Wrong(self.findings[0].code, self.findings[0].where)
        self.summary |= {"hidden": sum(one.fields is None for one in self.entries)}
        self._nothing_hidden()

    def _nothing_hidden(self) -> None:
        """Between the opening roll and the result every entry is shown."""
        opening = next((one.index for one in self.entries if one.is_kind("roll", self.motion)), None)
        result = next((one.index for one in reversed(self.entries) if one.is_kind("result", self.motion)), None)
        if opening is None or result is None:
            raise Wrong(Found.MOTION_MISSING, "entries", motion=self.motion)
        for one in self.entries[opening : result + 1]:
            if one.fields is None:
                raise Wrong(Found.ENTRY_HIDDEN, one.where)

    def _root(self) -> None:
        if self.head.size != len(self.entries):
            raise Wrong(Found.LOG_SIZE, "checkpoint", said=self.head.size, found=len(self.entries))
        computed = tree_hash([one.leaf for one in self.entries])
        if computed != self.head.root:
            raise Wrong(Found.LOG_ROOT, "checkpoint", said=self.head.root.hex(), computed=computed.hex())

    def _paper(self) -> None:
        text = self.bundle.text("paper")
        self.paper_sha256 = sha256(text.encode()).hexdigest()
        opened = [one for one in self.entries if one.is_kind("motion_opened", self.motion)]
        if len(opened) != 1 or opened[0].fields is None:
            raise Wrong(Found.MOTION_MISSING, "entries", motion=self.motion, openings=len(opened))
        if opened[0].fields.text("paper") != self.paper_sha256:
            raise Wrong(Found.PAPER_HASH, "paper", said=opened[0].fields.text("paper"), computed=self.paper_sha256)
        self.paper: Paper = read_paper(text, meeting=self.meeting, motion=self.motion)
        self.summary |= {"title": self.paper.title, "paper_sha256": self.paper_sha256, "voters": self.paper.voters}

    def _names(self) -> None:
        hashes: dict[str, str] = {}
        for one in self.entries:
            if one.fields is not None and one.fields.values["kind"] == "member":
                hashes[one.fields.text("member")] = one.fields.text("name_sha256")
        names = self.bundle.object("names")
        for member in names.values:
            name = Fields(names.object(member).values, f"names.{member}", Found.SHAPE).only(("salt", "name"))
            salt = _hex(name.text("salt"))
            if salt is None:
                raise Wrong(Found.NAME, f"names.{member}.salt")
            if sha256(salt + name.text("name").encode()).hexdigest() != hashes.get(member):
                raise Wrong(Found.NAME, f"names.{member}", member=member)
        self.summary |= {"names": len(names.values)}

    def _rolls(self) -> None:
        self.story = Story(self.meeting, self.motion, self.paper, self.paper_sha256)
        opened = next(one.index for one in self.entries if one.is_kind("motion_opened", self.motion))
        self._tell(self.entries[: opened + 1])
        check_opening(self.paper, self.story.opening or 0, f"entries[{opened}]")
        self.opened = opened

    def _ballots(self) -> None:
        self._tell(self.entries[self.opened + 1 :])
        box = self.story.box
        self.summary |= {"ballots": len(self.story.ballots) + len(box.trackers)}
        if box.key is not None:
            self.summary |= {"tokens": len(box.issued)}

    def _tell(self, entries: Sequence[Entry]) -> None:
        for one in entries:
            if one.fields is not None:
                self.story.tell(one.fields, one.index)

    def _result(self) -> None:
        said = self.story.result
        if said is None:
            raise Wrong(Found.MOTION_MISSING, "entries", motion=self.motion)
        counted = count(self.paper, self.story.cast())
        if as_result(said) != canonical(counted):
            name = next((name for name, value in counted.items() if canonical(value) != canonical(said.values[name])), "votes")
            raise Wrong(Found.RESULT, f"{said.where}.{name}", counted=canonical(counted[name]).decode())
        self.summary |= self._told(said)
        self.summary |= {"needed": said.number("needed"), "adopted": said.flag("adopted")}

    def _told(self, said: Fields) -> Facts:
        """Votes for each choice of a question; of an election each candidate's votes by name, and who is elected."""
        votes, paper = said.object("votes").values, self.paper
        if paper.choices:
            return {choice: votes[choice] for choice in paper.choices}
        names = dict(zip(paper.candidates, paper.names, strict=True))
        told: Facts = {"candidates": "; ".join(f"{name} {votes[one]}" for one, name in names.items())}
        told |= {word: said.number(word) for word in ("blank", "invalid")}
        return told | {word: "; ".join(names[one] for one in said.texts(word)) for word in ("elected", "tied")}

    def _receipts(self) -> None:
        for number, raw in enumerate(self.beside.receipts):
            self._receipt(raw, f"receipts[{number}]")
        self.summary |= {"receipts": len(self.beside.receipts)}

    def _receipt(self, raw: bytes, where: str) -> None:
        receipt = Fields(_json(raw, where), where, Found.RECEIPT_FORM)
        if "tracker" in receipt.values:
            board = Board(self.motion, self.head.origin, self.key, self.story.box.trackers)
            check_promise(receipt, board, _code(receipt.text("tracker")))
            return
        receipt.only(RECEIPT)
        index, size, ballot = receipt.number("index"), receipt.number("size"), receipt.text("ballot_sha256")
        head = open_note(receipt.text("checkpoint"), self.key, f"{where}.checkpoint")
        path = [_hash(one, where) for one in receipt.texts("proof")]
        leaf = _hash(receipt.text("leaf_sha256"), where)
        inside = 0 <= index < size <= len(self.entries)
        checks = (
            (receipt.text("motion") == self.motion, "motion"),
            (inside, "index"),
            (head.size == size and head.origin == self.head.origin, "checkpoint"),
            (self.story.ballots.get(ballot) == index, "ballot_sha256"),
            (receipt.text("code") == _code(ballot), "code"),
            (inside and self.entries[index].leaf == leaf, "leaf_sha256"),
            (leaf_of(receipt.text("entry").encode()) == leaf, "entry"),
            (inside and path_hash(leaf, index, size, path) == head.root, "proof"),
            (inside and tree_hash([one.leaf for one in self.entries[:size]]) == head.root, "checkpoint"),
        )
        for holds, name in checks:
            if not holds:
                raise Wrong(Found.RECEIPT, f"{where}.{name}")

    def _heads(self) -> None:
        leaves = [one.leaf for one in self.entries]
        for number, text in enumerate(self.beside.heads):
            check_head(text, (self.head, self.key, leaves), f"heads[{number}]")
        self.summary |= {"heads": len(self.beside.heads)}

    def _documents(self) -> None:
        for number, raw in enumerate(self.beside.documents):
            if (digest := sha256(raw).hexdigest()) not in self.paper.documents:
                raise Wrong(Found.DOCUMENT, f"documents[{number}]", sha256=digest)
        self.summary |= {"documents": len(self.beside.documents)}


def _json(raw: bytes, where: str) -> dict[str, Any]:
    try:
        value = DECODER.decode(raw.decode())
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Wrong(Found.RECEIPT_FORM, where)
    return value


def _hash(text: str, where: str) -> bytes:
    raw = _hex(text)
    if raw is None or len(raw) != 32:
        raise Wrong(Found.RECEIPT_FORM, where)
    return raw


def _hex(text: str) -> bytes | None:
    """Hexadecimal in its one spelling."""
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        return None
    return raw if raw.hex() == text else None


def _code(ballot_sha256: str) -> str:
    """Eight letters of the first five bytes, in two groups."""
    bits = "".join(f"{int(one, 16):04b}" for one in ballot_sha256[:10] if one in "0123456789abcdef")
    letters = "".join(LETTERS[int(bits[i : i + 5], 2)] for i in range(0, len(bits), 5))
    return f"{letters[:4]}-{letters[4:]}"
