"""What each kind of connector says, and what its answers mean.

webhook   CloudEvents 1.0, structured JSON mode, signed as Standard Webhooks asks
open311   GeoReport v2, POST /requests.json, form-encoded

A connector builds a request from a fact and judges the answer; it neither waits, retries nor stores.
"""

import base64
import json
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from urllib.parse import urlencode

from standardwebhooks import Webhook

from broker.messages.base import Facts
from edge.reporting.egress import Answer, Request
from edge.reporting.errors import Code
from edge.reporting.words import description

LARGEST_MEDIA_URL = 2000


@dataclass(frozen=True)
class Told:
    """A fact as a connector needs it."""

    id: str
    """Idempotency key."""
    kind: str
    subject: str
    at: datetime
    data: dict[str, Any]
    media_url: str | None = None


@dataclass(frozen=True)
class Target:
    """Where and how."""

    url: str
    secret: str
    source: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrived:
    """The receiver has it."""

    reference: str | None = None


@dataclass(frozen=True)
class Later:
    """Try again."""

    code: Code
    facts: Facts
    after_s: float | None = None


@dataclass(frozen=True)
class Never:
    """The receiver will never take this report as it is."""

    code: Code
    facts: Facts


@dataclass(frozen=True)
class Gone:
    """The receiver wants no more of anything (HTTP 410)."""


Outcome = Arrived | Later | Never | Gone


class Connector(Protocol):
    """One way of telling."""

    def request(self, told: Told, target: Target, now: datetime) -> Request: ...

    def outcome(self, answer: Answer) -> Outcome: ...

    def probe(self, target: Target, now: datetime, key: str) -> Request:
        """A request by which an administrator sees that it works, and that changes nothing there."""
        ...


class WebhookConnector:
    """CloudEvents 1.0 over Standard Webhooks."""

    def request(self, told: Told, target: Target, now: datetime) -> Request:
        event = {
            "specversion": "1.0",
            "id": told.id,
            "source": target.source,
            "type": f"dinh.{told.kind}",
            "subject": told.subject,
            "time": told.at.isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "data": told.data | ({"media_url": told.media_url} if told.media_url else {}),
        }
        return _signed(event, target, key=told.id, now=now)

    def outcome(self, answer: Answer) -> Outcome:
        """2xx has it; 410 wants no more; everything else may pass."""
        return Arrived() if 200 <= answer.status < 300 else _failed(answer)

    def probe(self, target: Target, now: datetime, key: str) -> Request:
        event = {"specversion": "1.0", "id": key, "source": target.source, "type": "dinh.reporting.probe", "time": now.isoformat()}
        return _signed(event, target, key=key, now=now)


class Open311Connector:
    """GeoReport v2.

    Quirks met in the field and handled: a numeric id; one object instead of a list; the list wrapped in
    `service_requests`; XML although JSON was asked for; an error list with HTTP 200; HTTP 400 "is a duplicate" for a
    request that is repeated (which is what at-least-once does); a token instead of an id; a success that says nothing.
    """

    def request(self, told: Told, target: Target, now: datetime) -> Request:
        del now
        data = told.data
        fields = {
            "api_key": target.secret,
            "jurisdiction_id": str(target.options.get("jurisdiction_id") or ""),
            "service_code": str(target.options.get("service_code") or ""),
            "description": description(data, reference=told.subject),
            "media_url": (told.media_url or "")[:LARGEST_MEDIA_URL],
            "attribute[dinh_id]": told.id,
            "attribute[dinh_kind]": told.kind,
        } | _where(data)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded; charset=utf-8",
            "Accept": "application/json",
            "Idempotency-Key": told.id,
        }
        body = urlencode({key: value for key, value in fields.items() if value}).encode()
        return Request(_endpoint(target, "requests.json"), body, headers)

    def outcome(self, answer: Answer) -> Outcome:
        found = _open311_said(answer.body)
        if 200 <= answer.status < 300 and "code" not in found:
            return Arrived(_reference(found))
        if "is a duplicate" in answer.said:
            return Arrived()
        status = int(found["code"]) if str(found.get("code", "")).isdigit() else answer.status
        judged = Answer(status if answer.status < 300 else answer.status, answer.body, answer.retry_after_s)
        if judged.status in {400, 404, 422}:
            return Never(Code.REFUSED, {"status": judged.status, "said": answer.said})
        return _failed(judged)

    def probe(self, target: Target, now: datetime, key: str) -> Request:
        del now, key
        wanted = {"jurisdiction_id": target.options.get("jurisdiction_id") or "", "api_key": target.secret}
        query = urlencode({name: value for name, value in wanted.items() if value})
        address = _endpoint(target, "services.json")
        return Request(f"{address}?{query}" if query else address, method="GET", headers={"Accept": "application/json"})


CONNECTORS: dict[str, Connector] = {"webhook": WebhookConnector(), "open311": Open311Connector()}


def key_of(secret: str) -> bytes:
    """The key in a `whsec_` secret, base64 in either alphabet, padded or not. ValueError when it is none or empty."""
    plain = secret.removeprefix("whsec_").rstrip("=").translate(str.maketrans("-_", "+/"))
    key = base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    if not key:
        raise ValueError("an empty secret")
    return key


def lists_service(body: bytes, service_code: str) -> bool:
    """True when a GeoReport service list has that code."""
    try:
        services = json.loads(body)
    except ValueError:
        return False
    rows = services.get("services", []) if isinstance(services, dict) else services
    return isinstance(rows, list) and any(isinstance(row, dict) and str(row.get("service_code")) == service_code for row in rows)


def _signed(event: dict[str, Any], target: Target, *, key: str, now: datetime) -> Request:
    body = json.dumps(event, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(key_of(target.secret)).sign(key, now.astimezone(UTC), body),
    }
    return Request(target.url, body.encode(), headers)


def _failed(answer: Answer) -> Outcome:
    facts: Facts = {"status": answer.status, "said": answer.said}
    if answer.status == 410:
        return Gone()
    if answer.status in {429, 503}:
        return Later(Code.BUSY, facts, answer.retry_after_s)
    return Later(Code.ANSWERED, facts, answer.retry_after_s)


def _endpoint(target: Target, name: str) -> str:
    return f"{target.url.rstrip('/')}/{name}"


def _where(data: dict[str, Any]) -> dict[str, str]:
    """Coordinates when both are known, and always words: some servers look at one of them only."""
    latitude, longitude = data.get("latitude"), data.get("longitude")
    words = {"address_string": str(data.get("address") or data.get("camera_name") or "")}
    if latitude is None or longitude is None:
        return words
    return {"lat": f"{latitude:.6f}", "long": f"{longitude:.6f}"} | words


def _open311_said(body: bytes) -> dict[str, Any]:
    """The first object of an answer, whatever it is wrapped in; empty when there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return _xml_said(body)
    for key in ("service_requests", "errors"):
        found = found.get(key, found) if isinstance(found, dict) else found
    first = found[0] if isinstance(found, list) and found else found
    return first if isinstance(first, dict) else {}


def _xml_said(body: bytes) -> dict[str, Any]:
    text = body.decode("utf-8", "replace")
    found = {name: re.search(rf"<{name}>\s*([^<]{{1,200}}?)\s*</{name}>", text) for name in ("service_request_id", "token", "code")}
    return {name: match.group(1) for name, match in found.items() if match}


def _reference(found: dict[str, Any]) -> str | None:
    if found.get("service_request_id"):
        return str(found["service_request_id"])[:200]
    return f"token:{found['token']}"[:200] if found.get("token") else None
