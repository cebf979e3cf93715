"""A watcher on another machine becomes known to its node, once: key, CA, short code, acceptance, password.

The code that the administrator copies is TOKEN.FINGERPRINT: the token lets this machine ask once, the fingerprint (SHA-256, base64url) says which
CA the node has, so that the very first connection is already to the right one.
"""

import hashlib
import json
import platform
import secrets
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from broker.envelope import base64url, canonical
from cameras.domain.errors import Code, Refusal
from cameras.watch.identity import Identity, write_private
from cameras.watch.road import trust

CA, PASSWORD, NODE = "ca.pem", "password", "node.json"
ASK_EVERY_S = 2.0
PATIENCE_S = 900.0
CALL_S = 15.0


@dataclass(frozen=True, slots=True)
class Known:
    """What enrolment leaves behind: where the node is, and who this machine is there."""

    node: str
    device: str
    password: str = field(repr=False)
    ca: Path | None


def known(home: Path) -> Known | None:
    """What was enrolled into this folder; None before. OSError, ValueError when it is damaged."""
    if not (home / NODE).exists():
        return None
    said = json.loads((home / NODE).read_bytes())
    ca = home / CA
    return Known(said["node"], said["device"], (home / PASSWORD).read_text("ascii"), ca if ca.exists() else None)


def enrol(node: str, code: str, home: Path, show: Callable[[str], None], *, version: str) -> Known:
    """Ask with this code and wait for the administrator; `show` gets the short code to compare. Raises Refusal, httpx.HTTPError, OSError."""
    token, _, fingerprint = code.strip().rpartition("#")[2].partition(".")
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    identity = Identity(home)
    key = identity.make()
    ca = _pinned(node, fingerprint, home / CA)
    with _caller(node, ca) as http:
        about = {"kind": "watcher", "model": platform.node()[:80] or "linux", "version": version, "capabilities": ["dumping"]}
        met = _told(http.post("/api/enrol", json={"token": token, "key": key, "about": about}))
        show(met["code"])
        accepted = _accepted(http, identity, met["device"])
        ticket = _told(http.get("/api/ticket"))
    write_private(home / PASSWORD, ticket["password"].encode())
    identity.trust(accepted["node_key"])
    write_private(home / NODE, json.dumps({"node": node, "device": met["device"]}).encode())
    return Known(node, met["device"], ticket["password"], ca)


def _pinned(node: str, fingerprint: str, file: Path) -> Path | None:
    """The node's own CA, fetched without trust and believed because of its fingerprint; None where the machine trusts the node already."""
    with httpx.Client(base_url=node, verify=False, timeout=CALL_S, trust_env=False) as blind:  # noqa: S501 - the fingerprint is the proof
        pem = blind.get("/ca.pem").raise_for_status().text
    found = base64url(hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).digest())
    if not fingerprint or found != fingerprint:
        raise Refusal(Code.OTHER_NODE, {"wanted": fingerprint[:16], "found": found[:16]})
    write_private(file, pem.encode())
    try:
        with _caller(node, file) as http:
            http.get("/api/version")
    except httpx.ConnectError:
        file.unlink()
        return None
    return file


def _caller(node: str, ca: Path | None) -> httpx.Client:
    return httpx.Client(base_url=node, verify=trust(ca), timeout=CALL_S, trust_env=False, headers={"X-Dinh": "1"})


def _accepted(http: httpx.Client, identity: Identity, device: str) -> dict[str, Any]:
    """Prove the key again and again until the administrator has decided."""
    ahead, ends = timedelta(), time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        claims = {"device": device, "at": (datetime.now(UTC) + ahead).isoformat(), "nonce": secrets.token_hex(12)}
        answer = http.post(f"/api/enrol/{device}", json={"proof": identity.proof(canonical(claims))})
        body = answer.json()
        if answer.is_error and body.get("facts", {}).get("why") == "clock":
            ahead = datetime.fromisoformat(body["facts"]["now"]) - datetime.now(UTC)
            continue
        standing = _told(answer)
        if standing["state"] == "accepted":
            return standing
        if standing["state"] != "waiting":
            raise Refusal(Code.NOT_ACCEPTED, {"state": standing["state"]})
        time.sleep(ASK_EVERY_S)
    raise Refusal(Code.NOT_ACCEPTED, {"state": "waiting"})


def _told(answer: httpx.Response) -> dict[str, Any]:
    """The answer, or the node's refusal: its closed code is passed on as it is."""
    body: dict[str, Any] = answer.json() if "json" in answer.headers.get("content-type", "") else {}
    if answer.is_error:
        raise Refusal(Code.NOT_ENROLLED, {"code": str(body.get("code", answer.status_code)), **body.get("facts", {})})
    return body
