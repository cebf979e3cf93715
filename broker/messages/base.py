"""What all wire words share."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from broker.identity import Id

Revision = Annotated[int, Field(ge=0)]
"""Grows by at least one with every change of a retained snapshot; a reader ignores a lower one."""

Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Facts = dict[str, str | int | float | bool | None]
"""The facts of an error or an event. The sentence is made last, in the reader's language."""


class Message(BaseModel):
    """A frozen word of the wire. Unknown keys are refused from others and never sent by us."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def to_bytes(self) -> bytes:
        """UTF-8 JSON without null keys, as it is put on the wire."""
        return self.model_dump_json(exclude_none=True).encode()


class Snapshot(Message):
    """A whole retained state. `revision` orders it, `at` says how old it is."""

    revision: Revision
    at: AwareDatetime


class Ask(Message):
    """A request that is safe to repeat: the same `id` is answered with the same answer."""

    id: Id
    at: AwareDatetime
    kind: str
    body: dict[str, Any] = Field(default_factory=dict)


class Answer(Message):
    """The answer to one request. Refusals carry a closed code and facts, never a sentence."""

    id: Id
    at: datetime
    ok: bool
    code: str | None = None
    facts: Facts = Field(default_factory=dict)
    body: dict[str, Any] = Field(default_factory=dict)
