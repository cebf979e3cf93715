"""Roll calls checked again: who may sign as secretary and as chair, both signatures over the same lines, and every line counted once."""

from dataclasses import dataclass, field
from hashlib import sha256

from meeting.log.checks.reading import Fields, read_object
from meeting.log.checks.report import Found, Wrong
from meeting.log.checks.signatures import Jws, is_es256, open_jws, thumbprint

CALL = ("meeting", "motion", "paper", "lines", "nonce", "at")
APPROVAL = ("meeting", "motion", "call", "at")
ROLES = ("secretary", "chair")


@dataclass(frozen=True)
class Clerk:
    """Whose key it is, and in which role it may sign."""

    account: str
    role: str
    jwk: dict[str, str]


@dataclass(frozen=True)
class Called:
    """A line of a roll call: one member's ballot. `digest` names it as the hash of a signed ballot does."""

    member: str
    choice: str
    nonce: str
    digest: str


@dataclass
class Calls:
    """The clerks' keys and the roll call that is being counted."""

    meeting: str
    motion: str
    paper_sha256: str
    clerks: dict[str, Clerk] = field(default_factory=dict)
    live: dict[tuple[str, str], str] = field(default_factory=dict)
    """(account, role) -> kid of the key that is bound now."""
    call: str = ""
    lines: list[Called] = field(default_factory=list)
    """Lines of that roll call that the log has still to show."""

    def bind(self, entry: Fields) -> None:
        """The key id is the key's own, and the browser proved that it holds the key, for this meeting and this account."""
        jwk, kid, account, role = (
            entry.object("jwk").only(("kty", "crv", "x", "y")),
            entry.text("kid"),
            entry.text("account"),
            entry.text("role"),
        )
        values = {name: jwk.text(name) for name in jwk.values}
        proof = open_jws(entry.text("proof"))
        if role not in ROLES:
            raise Wrong(Found.ENTRY_FORM, f"{entry.where}.role")
        if thumbprint(values) != kid or proof is None or not is_es256(values, proof):
            raise Wrong(Found.CLERK_PROOF, entry.where, kid=kid)
        said = read_object(proof.payload.decode(errors="replace"), entry.where, Found.CLERK_PROOF)
        for name, wanted in (("meeting", self.meeting), ("device", account), ("kid", kid)):
            if said.values.get(name) != wanted:
                raise Wrong(Found.CLERK_PROOF, f"{entry.where}.proof.{name}", wanted=wanted)
        self.clerks[kid] = Clerk(account, role, values)
        self.live[account, role] = kid

    def take(self, entry: Fields) -> None:
        """Both signatures, by two people, over the same lines of this paper."""
        text, where = entry.text("secretary"), entry.where
        self.call = sha256(text.encode()).hexdigest()
        if entry.text("call") != self.call:
            raise Wrong(Found.CALL_PLACE, f"{where}.call", wanted=self.call)
        secretary, said = self._signed(entry, "secretary", CALL)
        chair, approved = self._signed(entry, "chair", APPROVAL)
        if self.clerks[secretary].account == self.clerks[chair].account or secretary == chair:
            raise Wrong(Found.CALL_ALONE, where, account=self.clerks[chair].account)
        named = (*((said, name) for name in ("meeting", "motion", "paper")), *((approved, name) for name in ("meeting", "motion", "call")))
        here = {"meeting": self.meeting, "motion": self.motion, "paper": self.paper_sha256, "call": self.call}
        for one, name in named:
            if one.text(name) != here[name]:
                raise Wrong(Found.CALL_PLACE, f"{one.where}.{name}", wanted=here[name])
        self.lines = self._lines(said, text)

    def line(self, entry: Fields) -> Called:
        """The next line, as the secretary signed it."""
        if not self.lines or entry.text("call") != self.call:
            raise Wrong(Found.CALL_LINES, entry.where)
        called = self.lines.pop(0)
        for name, signed in (("member", called.member), ("choice", called.choice)):
            if entry.text(name) != signed:
                raise Wrong(Found.CALL_LINES, f"{entry.where}.{name}", signed=signed)
        return called

    def done(self, where: str) -> None:
        """No line that was signed is left out."""
        if self.lines:
            raise Wrong(Found.CALL_LINES, where, member=self.lines[0].member, missing=len(self.lines))

    def _signed(self, entry: Fields, role: str, fields: tuple[str, ...]) -> tuple[str, Fields]:
        """The key id and what it signed; the key is bound now, in this role."""
        where = f"{entry.where}.{role}"
        jws = open_jws(entry.text(role))
        if jws is None:
            raise Wrong(Found.CALL_FORM, where)
        kid = _kid(jws, where)
        clerk = self.clerks.get(kid)
        if clerk is None or clerk.role != role or self.live.get((clerk.account, role)) != kid:
            raise Wrong(Found.CALL_KEY, where, kid=kid)
        if not is_es256(dict(clerk.jwk), jws):
            raise Wrong(Found.CALL_SIGNATURE, where, account=clerk.account)
        return kid, read_object(jws.payload.decode(errors="replace"), f"{where}.payload", Found.CALL_FORM).only(fields)

    def _lines(self, said: Fields, text: str) -> list[Called]:
        lines = [one.only(("member", "choice")) for one in said.objects("lines")]
        members, nonce = [one.text("member") for one in lines], said.text("nonce")
        if not lines or len(set(members)) != len(members):
            raise Wrong(Found.CALL_FORM, f"{said.where}.lines")
        return [Called(one.text("member"), one.text("choice"), nonce, _digest(text, one.text("member"))) for one in lines]


def _kid(jws: Jws, where: str) -> str:
    header = jws.header
    if not isinstance(header, dict) or set(header) != {"alg", "kid"} or header["alg"] != "ES256" or not isinstance(header["kid"], str):
        raise Wrong(Found.CALL_FORM, f"{where}.header")
    return header["kid"]


def _digest(text: str, member: str) -> str:
    """A called ballot's hash is taken over the signed roll call and whose line it is."""
    return sha256(f"{text}\n{member}".encode()).hexdigest()
