"""The meeting lived again from its log: who was a member, whose key was bound, who was present, what each ballot said."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

from meeting.log.checks.calling import Called, Calls
from meeting.log.checks.counting import Cast, Paper
from meeting.log.checks.entries import RESULT
from meeting.log.checks.reading import Fields, canonical, read_object
from meeting.log.checks.report import Found, Wrong
from meeting.log.checks.secret import TOKEN, Box, check_blinded
from meeting.log.checks.signatures import Jws, is_es256, open_jws, thumbprint

MOST_WEIGHT = 1_000_000
BALLOT = ("meeting", "motion", "paper", "choice", "seat", "nonce", "at")


@dataclass(frozen=True)
class Key:
    member: str
    seat: str
    device: str
    jwk: dict[str, str]


@dataclass
class Story:
    """The state of the meeting after the entries told so far. `motion` is the one that is counted."""

    meeting: str
    motion: str
    paper: Paper
    paper_sha256: str
    members: dict[str, Fields] = field(default_factory=dict)
    keys: dict[str, Key] = field(default_factory=dict)
    live: dict[str, str] = field(default_factory=dict)
    """Member -> kid of the key that is bound now."""
    present: set[str] = field(default_factory=set)
    voters: frozenset[str] = frozenset()
    """Who may vote: by the opening roll, as the paper names it by hash."""
    weights: dict[str, int] = field(default_factory=dict)
    """How often each of them counts: by the roll where the rule weighs, else once."""
    opening: int | None = None
    """What the voters present on the opening roll weigh."""
    closing: frozenset[str] = frozenset()
    """Voters present on the closing roll."""
    is_open: bool = False
    closed: bool = False
    last: dict[str, str] = field(default_factory=dict)
    nonces: set[tuple[str, str]] = field(default_factory=set)
    ballots: dict[str, int] = field(default_factory=dict)
    """SHA-256 of each ballot of this motion -> its index."""
    result: Fields | None = None

    def __post_init__(self) -> None:
        """Roll calls are told beside, because their keys belong to accounts and not to members; so is the box, where nobody has a name."""
        self.calls = Calls(self.meeting, self.motion, self.paper_sha256)
        self.box = Box(self.meeting, self.motion, self.paper_sha256, self.paper.secret)

    def tell(self, entry: Fields, index: int) -> None:
        """Take one entry. Raises Wrong at whatever could not have happened."""
        tellers: dict[str, Callable[[Fields], None]] = {
            "member": self._member,
            "member_removed": self._member_removed,
            "key_bound": self._key_bound,
            "key_ended": self._key_ended,
            "presence": self._presence,
            "clerk_bound": self.calls.bind,
        }
        kind = entry.text("kind")
        if kind in tellers:
            tellers[kind](entry)
        elif entry.values.get("motion") == self.motion:
            self._about_motion(kind, entry, index)

    def _about_motion(self, kind: str, entry: Fields, index: int) -> None:
        if kind != "ballot_called":
            self.calls.done(entry.where)
        ballots: dict[str, Callable[[Fields, int], None]] = {
            "ballot": self._ballot,
            "ballot_called": self._ballot_called,
            "secret_ballot": self.box.take,
        }
        others: dict[str, Callable[[Fields], None]] = {
            "roll": self._roll,
            "motion_opened": self._motion_opened,
            "roll_call": self._roll_call,
            "token_issued": self._token_issued,
            "motion_closed": self._motion_closed,
            "result": self._result,
        }
        if kind in ballots:
            ballots[kind](entry, index)
        elif kind in others:
            others[kind](entry)

    def _motion_opened(self, entry: Fields) -> None:
        if self.opening is None or self.is_open or self.closed:
            raise Wrong(Found.ROLL, entry.where)
        self.is_open = True

    def _motion_closed(self, entry: Fields) -> None:
        if self.paper.secret is not None:
            self.box.said = entry.number("ballots")
        elif entry.number("ballots") != len(self.ballots):
            raise Wrong(Found.BALLOTS_COUNT, entry.where, said=entry.number("ballots"), found=len(self.ballots))
        self.is_open, self.closed = False, True

    def _result(self, entry: Fields) -> None:
        if not self.closed or self.result is not None:
            raise Wrong(Found.RESULT, entry.where)
        self.box.done(entry.where)
        self.result = entry

    def _member(self, entry: Fields) -> None:
        entry.flag("votes"), entry.flag("chairs"), entry.maybe_text("seat"), entry.text("name_sha256")
        if not 1 <= entry.number("weight") <= MOST_WEIGHT:
            raise Wrong(Found.ENTRY_FORM, f"{entry.where}.weight")
        self.members[entry.text("member")] = entry

    def _member_removed(self, entry: Fields) -> None:
        member = entry.text("member")
        if member not in self.members or member in self.present or member in self.live:
            raise Wrong(Found.ENTRY_FORM, f"{entry.where}.member")
        del self.members[member]

    def _key_bound(self, entry: Fields) -> None:
        """The key id is the key's own, and the tablet proved that it holds the key, for this meeting."""
        jwk, kid = entry.object("jwk").only(("kty", "crv", "x", "y")), entry.text("kid")
        values = {name: jwk.text(name) for name in jwk.values}
        proof = open_jws(entry.text("proof"))
        if thumbprint(values) != kid or proof is None or not is_es256(values, proof):
            raise Wrong(Found.KEY_PROOF, entry.where, kid=kid)
        said = read_object(proof.payload.decode(errors="replace"), entry.where, Found.KEY_PROOF)
        for name, wanted in (("meeting", self.meeting), ("device", entry.text("device")), ("kid", kid)):
            if said.values.get(name) != wanted:
                raise Wrong(Found.KEY_PROOF, f"{entry.where}.proof.{name}", wanted=wanted)
        member = entry.text("member")
        if member not in self.members or self.members[member].values["seat"] != entry.text("seat"):
            raise Wrong(Found.ENTRY_FORM, f"{entry.where}.member")
        self.keys[kid] = Key(member, entry.text("seat"), entry.text("device"), values)
        self.live[member] = kid

    def _key_ended(self, entry: Fields) -> None:
        if self.live.get(entry.text("member")) != entry.text("kid"):
            raise Wrong(Found.ENTRY_FORM, f"{entry.where}.kid")
        del self.live[entry.text("member")]

    def _presence(self, entry: Fields) -> None:
        member = entry.text("member")
        if entry.flag("present"):
            self.present.add(member)
        else:
            self.present.discard(member)

    def _roll(self, entry: Fields) -> None:
        """The roll says of everyone what the entries before it say."""
        lines = entry.objects("members")
        if {one.text("member") for one in lines} != set(self.members) or len(lines) != len(self.members):
            raise Wrong(Found.ROLL, f"{entry.where}.members")
        for one in lines:
            member = one.only(("member", "seat", "votes", "weight", "present", "kid")).text("member")
            known = self.members[member].values
            told = (known["seat"], known["votes"], known["weight"], member in self.present, self.live.get(member))
            said = (one.maybe_text("seat"), one.flag("votes"), one.number("weight"), one.flag("present"), one.maybe_text("kid"))
            if said != told:
                raise Wrong(Found.ROLL, one.where, member=member)
        self._voters([one for one in lines if one.flag("votes")], entry)
        here = self.voters & self.present
        if entry.text("moment") == "opening":
            self.opening = self.weigh(here)
        else:
            self.closing = here

    def _voters(self, lines: list[Fields], entry: Fields) -> None:
        """Both rolls name the voters of the paper, and they weigh what it says."""
        listed = [[one.text("member"), one.maybe_text("seat"), one.number("weight")] for one in lines]
        if len(listed) != self.paper.voters or sha256(canonical(listed)).hexdigest() != self.paper.voters_sha256:
            raise Wrong(Found.ROLL, f"{entry.where}.members", voters=len(listed), wanted=self.paper.voters)
        self.weights = {one.text("member"): one.number("weight") if self.paper.weighs else 1 for one in lines}
        self.voters = frozenset(self.weights)
        if self.weigh(self.voters) != self.paper.weight:
            raise Wrong(Found.ROLL, f"{entry.where}.members", weight=self.weigh(self.voters), wanted=self.paper.weight)

    def weigh(self, members: Iterable[str]) -> int:
        """How much these voters count together."""
        return sum(self.weights[one] for one in members)

    def _ballot(self, entry: Fields, index: int) -> None:
        """The ballot's own checks, in the order of the design: bytes, algorithm, key, signature, place, present, voter, open, paper, ..."""
        where, text, member = entry.where, entry.text("jws"), entry.text("member")
        self.box.demand(where, secret=False)
        said = self._opened(text, member, where, fields=BALLOT)
        here = said.text("motion") == self.motion, said.text("paper") == self.paper_sha256
        self._count(Called(member, said.text("choice"), said.text("nonce"), sha256(text.encode()).hexdigest()), where, here=here)
        self.ballots[sha256(text.encode()).hexdigest()] = index

    def _token_issued(self, entry: Fields) -> None:
        """A token is asked for like a ballot; instead of a choice the voter has signed a blinded message."""
        where, member = entry.where, entry.text("member")
        self.box.demand(where, secret=True)
        said = self._opened(entry.text("jws"), member, where, fields=TOKEN)
        check_blinded(said, self.paper.secret, where)
        checks = (
            (member in self.present, Found.BALLOT_NOT_PRESENT),
            (member in self.voters, Found.BALLOT_NO_VOTE),
            (self.is_open and said.text("motion") == self.motion, Found.BALLOT_NOT_OPEN),
            (said.text("paper") == self.paper_sha256, Found.BALLOT_PAPER),
            (member not in self.box.issued, Found.BALLOT_FINAL),
        )
        for holds, code in checks:
            if not holds:
                raise Wrong(code, where, member=member)
        self.box.issued.add(member)

    def _roll_call(self, entry: Fields) -> None:
        """Votes are called out only while an open vote runs."""
        if self.paper.rule.text("secrecy") != "open":
            raise Wrong(Found.CALL_SECRET, entry.where)
        if not self.is_open:
            raise Wrong(Found.BALLOT_NOT_OPEN, entry.where)
        self.calls.take(entry)

    def _ballot_called(self, entry: Fields, index: int) -> None:
        """A line of the roll call, with the checks of any ballot. That it names this motion and paper was checked with its signatures."""
        called = self.calls.line(entry)
        self._count(called, entry.where, here=(True, True))
        self.ballots[called.digest] = index

    def _count(self, cast: Called, where: str, *, here: tuple[bool, bool]) -> None:
        """What holds for a ballot through whatever door. `here`: it names this motion, and this paper."""
        checks = (
            (cast.member in self.present, Found.BALLOT_NOT_PRESENT),
            (cast.member in self.voters, Found.BALLOT_NO_VOTE),
            (self.is_open and here[0], Found.BALLOT_NOT_OPEN),
            (here[1], Found.BALLOT_PAPER),
            (self.paper.chosen(cast.choice) is not None, Found.BALLOT_CHOICE),
            ((cast.member, cast.nonce) not in self.nonces, Found.BALLOT_NONCE),
            (self.paper.may_change or cast.member not in self.last, Found.BALLOT_FINAL),
        )
        for holds, code in checks:
            if not holds:
                raise Wrong(code, where, member=cast.member)
        self.nonces.add((cast.member, cast.nonce))
        self.last[cast.member] = cast.choice

    def _opened(self, text: str, member: str, where: str, *, fields: Sequence[str]) -> Fields:
        """What this voter signed with the key that is bound to him now, for this meeting and his seat."""
        jws = open_jws(text)
        if jws is None:
            raise Wrong(Found.BALLOT_FORM, where)
        said = self._said(jws, where).only(fields)
        self._signed_by(jws, member, where)
        seat = self.keys[self.live[member]].seat
        if said.text("meeting") != self.meeting or said.text("seat") != seat:
            raise Wrong(Found.BALLOT_PLACE, where, member=member)
        return said

    def _said(self, jws: Jws, where: str) -> Fields:
        header = jws.header
        if not isinstance(header, dict) or set(header) != {"alg", "kid"} or header["alg"] != "ES256":
            raise Wrong(Found.BALLOT_FORM, f"{where}.jws.header")
        return read_object(jws.payload.decode(errors="replace"), f"{where}.jws.payload", Found.BALLOT_FORM)

    def _signed_by(self, jws: Jws, member: str, where: str) -> None:
        kid = jws.header["kid"]
        if not isinstance(kid, str) or self.live.get(member) != kid:
            raise Wrong(Found.BALLOT_KEY, where, member=member)
        if not is_es256(dict(self.keys[kid].jwk), jws):
            raise Wrong(Found.BALLOT_SIGNATURE, where, member=member)

    def cast(self) -> Cast:
        """The last ballot of each voter; present are those on the closing roll, and those whose ballot counts or who took a token."""
        if self.paper.secret is not None:
            here = self.weigh(self.closing | self.box.issued)
            return Cast([(choice, 1) for choice in self.box.choices], here, None, len(self.box.issued))
        ballots = [(choice, self.weights[member]) for member, choice in self.last.items()]
        chair = self.last.get(self.paper.chair) if self.paper.chair else None
        return Cast(ballots, self.weigh(self.closing | set(self.last)), chair)


def as_result(entry: Fields) -> bytes:
    """The numbers of a result entry, to be compared."""
    return canonical({name: entry.values[name] for name in RESULT})
