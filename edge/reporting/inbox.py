"""A small commune inbox: a server of its own that receives what a node reports, and shows it.

    python -m edge.reporting.inbox --port 8500 --folder FOLDER [--secret whsec_...]

Doors: /webhook (CloudEvents, Standard Webhooks) and /open311 (GeoReport v2). It stands in for the commune's document or
311 system in demonstrations and tests. One secret signs webhooks and is the api_key; without --secret it is made at the
first start and lies in the folder. What came is one JSON line each in `received.jsonl`, on disk before it is
acknowledged, and once per idempotency key however often it is sent.
"""

import argparse
import json
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse
from standardwebhooks import Webhook, WebhookVerificationError
from starlette.concurrency import run_in_threadpool

from edge.reporting.connectors import key_of
from edge.reporting.inbox_page import page
from edge.reporting.service import fresh_secret

LARGEST = 256 * 1024
SERVICE = {
    "service_code": "dumping",
    "service_name": "Đổ rác không đúng nơi quy định",
    "metadata": False,
    "type": "realtime",
    "group": "Môi trường",
}


@dataclass
class Inbox:
    """What came, in the order in which it came."""

    folder: Path
    secret: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    _known: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    _gate: Lock = field(default_factory=Lock)

    def open(self) -> None:
        """Make the folder and its keys, and read what came before. A torn last line is cut off: it was not acknowledged."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.secret = self.secret or self._kept_secret()
        if self._lines.exists():
            whole, _, torn = self._lines.read_bytes().rpartition(b"\n")
            if torn:
                os.truncate(self._lines, len(whole) + 1 if whole else 0)
            for line in whole.splitlines():
                self._remember(json.loads(line))

    def take(self, door: str, key: str, content: dict[str, Any]) -> dict[str, Any]:
        """Keep it on disk, once per door and key. Returns what is kept, the first one when it came before."""
        with self._gate:
            known = self._known.get((door, key))
            if known is not None:
                known["times"] += 1
                return known
            number = len(self.received) + 1
            entry = {"door": door, "key": key, "about": _about(content), "number": number, "at": datetime.now(UTC).isoformat()}
            entry["content"] = content
            with self._lines.open("ab") as stream:
                stream.write(json.dumps(entry, ensure_ascii=False).encode() + b"\n")
                stream.flush()
                os.fsync(stream.fileno())
            return self._remember(entry)

    @property
    def _lines(self) -> Path:
        return self.folder / "received.jsonl"

    def _remember(self, entry: dict[str, Any]) -> dict[str, Any]:
        kept = entry | {"times": 1}
        self.received.append(kept)
        self._known[entry["door"], entry["key"]] = kept
        return kept

    def _kept_secret(self) -> str:
        path = self.folder / "secret"
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(fresh_secret())
        return path.read_text().strip()


def build(inbox: Inbox) -> FastAPI:
    """The inbox as an application; `inbox` is open."""
    app = FastAPI(title="Hộp thư của xã", docs_url=None, redoc_url=None, openapi_url=None)

    @app.post("/webhook")
    async def webhook(request: Request) -> JSONResponse:
        body = await request.body()
        try:
            Webhook(key_of(inbox.secret)).verify(body, dict(request.headers), json_parse=False)
            event = json.loads(body)
        except WebhookVerificationError:
            return JSONResponse({"code": "inbox.bad_signature"}, status_code=401)
        except ValueError:
            return JSONResponse({"code": "inbox.malformed"}, status_code=400)
        if event.get("type") == "dinh.reporting.probe":
            return JSONResponse({"probe": True})
        kept = await run_in_threadpool(inbox.take, "webhook", request.headers["webhook-id"], event)
        return JSONResponse({"number": kept["number"]}, status_code=202)

    @app.get("/open311/services.json")
    def services() -> list[dict[str, Any]]:
        return [SERVICE | {"description": SERVICE["service_name"], "keywords": "rác"}]

    @app.post("/open311/requests.json")
    async def requests(request: Request) -> JSONResponse:
        said = dict(parse_qsl((await request.body())[:LARGEST].decode("utf-8", "replace")))
        refused = _refused(said, inbox.secret)
        if refused is not None:
            return JSONResponse([refused], status_code=int(refused["code"]))
        said.pop("api_key", None)
        key = said.get("attribute[dinh_id]") or request.headers.get("idempotency-key") or secrets.token_hex(10)
        kept = await run_in_threadpool(inbox.take, "open311", key, said)
        answer = {"service_request_id": f"XA-{kept['number']:05d}", "service_notice": "", "account_id": ""}
        return JSONResponse([answer], status_code=201)

    @app.get("/received.json")
    def received() -> list[dict[str, Any]]:
        return inbox.received

    @app.get("/")
    def front() -> HTMLResponse:
        return HTMLResponse(
            page(inbox.received), headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src *"}
        )

    return app


def _refused(said: dict[str, str], api_key: str) -> dict[str, Any] | None:
    """A GeoReport error for a request that is not one, or None."""
    if not secrets.compare_digest(said.get("api_key", "").encode(), api_key.encode()):
        return {"code": 403, "description": "api_key is missing or wrong"}
    if said.get("service_code") != SERVICE["service_code"]:
        return {"code": 404, "description": "service_code is not one of ours"}
    if not (said.get("address_string") or (said.get("lat") and said.get("long"))):
        return {"code": 400, "description": "a location is needed"}
    return None


def _about(content: dict[str, Any]) -> str:
    """Kind of the fact, for example `cameras.case_confirmed`; empty when a foreign sender does not say."""
    return str(content.get("attribute[dinh_kind]") or content.get("type") or "").removeprefix("dinh.")


def main(words: Sequence[str] | None = None) -> None:
    """Serve until ended."""
    asked = argparse.ArgumentParser(prog="python -m edge.reporting.inbox", description="A small commune inbox.")
    asked.add_argument("--port", type=int, required=True)
    asked.add_argument("--folder", type=Path, required=True)
    asked.add_argument("--host", default="127.0.0.1")
    asked.add_argument("--secret", default="")
    given = asked.parse_args(words)
    inbox = Inbox(given.folder, given.secret)
    inbox.open()
    uvicorn.run(build(inbox), host=given.host, port=given.port, log_level="warning", ws="none")


if __name__ == "__main__":
    main()
