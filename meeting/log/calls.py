"""The log's entries about roll calls: who may sign one, the two signatures, and a ballot for each line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True)
class Clerk:
    """A key of the secretary's or the chair's own browser, bound to the account."""

    account: str
    role: str
    kid: str
    jwk: Mapping[str, str]
    proof: str


def clerk_bound(clerk: Clerk) -> Data:
    """`role` is secretary or chair; `proof` a compact JWS over {meeting, device: account, kid, at} by that key. It ends the account's key before it."""
    return {"account": clerk.account, "role": clerk.role, "kid": clerk.kid, "jwk": dict(clerk.jwk), "proof": clerk.proof}


def roll_call(*, motion: str, call: str, secretary: str, chair: str) -> Data:
    """Both compact JWS exactly as received; `call` is the SHA-256 (hex) of the secretary's."""
    return {"motion": motion, "call": call, "secretary": secretary, "chair": chair}


def ballot_called(*, motion: str, member: str, choice: str, call: str) -> Data:
    """One line of a roll call, which counts as that member's ballot."""
    return {"motion": motion, "member": member, "choice": choice, "call": call}
