"""How a simulated tablet votes secretly: over the same doors and with the same waits as the page."""

import secrets
import time
from base64 import b64decode
from typing import Any

import httpx

from edge.demo.calls import WAIT_S, CallRefused, Node
from edge.demo.sealed import Paper, Sealed
from edge.demo.tablet import Tablet, sign, stamp

PAUSE_S = (2.0, 8.0)
"""As long as the page waits before the box, drawn evenly."""


def seal(tablet: Tablet, choice: str, motion: str | None = None) -> Sealed:
    """A sealed ballot for the secret vote that is open. Raises TimeoutError."""
    seen = tablet.wait_open(motion)
    return Sealed.make(Paper.read(b64decode(seen.paper_base64 or ""), str(seen.paper_sha256)), choice)


def token(tablet: Tablet, sealed: Sealed) -> str:
    """The blind signature over it; a token that was taken already is answered again. Raises CallRefused's facts as RuntimeError."""
    answer = tablet.ask("token", {"token": sign(tablet.ballot_key, sealed.claims(tablet.seat, stamp()))})
    if not answer.ok:
        raise RuntimeError(f"{answer.code} {answer.facts}")
    return str(answer.body["blind_signature"])


def put(node: Node, meeting: str, words: dict[str, str]) -> dict[str, Any]:
    """Into the box, as nobody: a connection of its own, without a cookie. Raises CallRefused."""
    headers = {"X-Dinh": "1", "Origin": node.url}
    with httpx.Client(base_url=node.url, verify=node.tls(), timeout=WAIT_S, headers=headers, trust_env=False) as nobody:
        response = nobody.post(f"/api/meetings/{meeting}/box", json=words)
    if response.is_error:
        raise CallRefused("box", response)
    promised: dict[str, Any] = response.json()
    return promised


def vote_secretly(tablet: Tablet, choice: str, motion: str | None = None, *, pause_s: tuple[float, float] = PAUSE_S) -> dict[str, Any]:
    """Choose, seal, take the token, wait, put in. The promise of the box."""
    sealed = seal(tablet, choice, motion)
    words = sealed.box_words(token(tablet, sealed))
    time.sleep(secrets.SystemRandom().uniform(*pause_s))
    return put(tablet.node, tablet.meeting, words)
