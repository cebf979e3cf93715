"""The entries one by one: hash, form and place, before anything is believed."""

from collections.abc import Sequence
from dataclasses import dataclass

from meeting.log.checks.reading import Fields, read_object
from meeting.log.checks.report import Finding, Found, Wrong
from meeting.log.checks.tree import leaf

HEAD = ("v", "index", "kind", "meeting", "at")
RESULT = (
    *("votes", "eligible", "present", "issued", "cast", "valid", "invalid", "blank"),
    *("base", "needed", "adopted", "elected", "tied"),
)
SHAPES: dict[str, tuple[str, ...]] = {
    "log_begun": ("title", "body"),
    "meeting_state": ("state",),
    "member": ("member", "seat", "votes", "chairs", "weight", "name_sha256"),
    "member_removed": ("member",),
    "key_bound": ("member", "seat", "device", "kid", "jwk", "by", "proof"),
    "key_ended": ("member", "kid", "reason"),
    "presence": ("member", "present", "by"),
    "roll": ("motion", "moment", "members"),
    "motion_opened": ("motion", "paper"),
    "ballot": ("motion", "member", "jws"),
    "clerk_bound": ("account", "role", "kid", "jwk", "proof"),
    "roll_call": ("motion", "call", "secretary", "chair"),
    "ballot_called": ("motion", "member", "choice", "call"),
    "token_issued": ("motion", "member", "jws"),
    "motion_closed": ("motion", "ballots"),
    "secret_ballot": ("motion", "tracker", "prepared", "signature"),
    "result": ("motion", *RESULT),
    "correction": ("motion", "text", "by"),
}


@dataclass(frozen=True)
class Entry:
    """An entry that is shown. One whose text is kept back has no fields."""

    index: int
    leaf: bytes
    fields: Fields | None

    @property
    def where(self) -> str:
        return f"entries[{self.index}]"

    def is_kind(self, kind: str, motion: str) -> bool:
        """True for a shown entry of this kind about this motion."""
        return self.fields is not None and self.fields.values["kind"] == kind and self.fields.values.get("motion") == motion


def read_entries(lines: Sequence[Fields], meeting: str) -> tuple[list[Entry], list[Finding]]:
    """All entries that can be read, and what is wrong with the others: every one of them is named."""
    entries: list[Entry] = []
    wrong: list[Finding] = []
    for index, line in enumerate(lines):
        try:
            entries.append(_read(line, index, meeting))
        except Wrong as found:
            wrong.append(found.finding)
    return entries, wrong


def _read(line: Fields, index: int, meeting: str) -> Entry:
    line.only(("leaf", "text") if "text" in line.values else ("leaf",))
    said = line.text("leaf")
    try:
        hashed = bytes.fromhex(said)
    except ValueError:
        hashed = b""
    if len(hashed) != 32 or hashed.hex() != said:
        raise Wrong(Found.SHAPE, f"{line.where}.leaf")
    if "text" not in line.values:
        return Entry(index, hashed, None)
    text = line.text("text")
    if leaf(text.encode()) != hashed:
        raise Wrong(Found.ENTRY_HASH, line.where, leaf=said, computed=leaf(text.encode()).hex())
    fields = read_object(text, line.where, Found.ENTRY_FORM)
    kind = fields.text("kind")
    if kind not in SHAPES:
        raise Wrong(Found.ENTRY_FORM, f"{line.where}.kind", kind=kind[:40])
    fields.only((*HEAD, *SHAPES[kind]))
    for name, wanted in (("v", 1), ("index", index), ("meeting", meeting)):
        if fields.values[name] != wanted or isinstance(fields.values[name], bool):
            raise Wrong(Found.ENTRY_PLACE, f"{line.where}.{name}", wanted=wanted)
    fields.text("at")
    return Entry(index, hashed, fields)
