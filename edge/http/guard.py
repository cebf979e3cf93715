"""What stands before every request: security headers, the cross-site check, and a cap on what may be sent."""

import re
from collections.abc import Mapping
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.http.errors import problem
from edge.refusals import STATUS, Code

POLICY: Final = (
    "default-src 'self'",
    "script-src 'self' 'wasm-unsafe-eval'",  # pdf.js decodes some images in WebAssembly
    "style-src 'self' 'unsafe-inline'",  # Mantine writes style attributes
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "; ".join(POLICY),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=()",
}
# No Strict-Transport-Security: it would also catch the plain-HTTP port of the same name, which hands out the CA.

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
MIB: Final = 1024 * 1024
LARGE: Final[tuple[tuple[re.Pattern[str], int], ...]] = (
    (re.compile(r"^/api/meetings/[^/]+/items/[^/]+/documents$"), 64 * MIB),
    (re.compile(r"^/api/evidence/"), 256 * MIB),
    (re.compile(r"^/api/meetings/[^/]+/box$"), 4096),
)
"""Paths that take files, and the box that anybody may put a ballot into, with their cap in bytes; everything else takes 1 MiB."""


def largest(path: str) -> int:
    """The most bytes that a request to `path` may carry."""
    return next((cap for pattern, cap in LARGE if pattern.match(path)), MIB)


def same_origin(headers: Headers) -> bool:
    """True when the browser says that the request comes from this very host, or no browser sent it."""
    origin = headers.get("origin")
    return origin is None or origin.partition("://")[2] == headers.get("host", "")


class Guard:
    """ASGI middleware around the whole app."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        dressed = _dressed(send, private=scope["path"].startswith("/api"))
        refused = _refused(scope, headers)
        if refused is not None:
            await problem(refused, status=STATUS[refused])(scope, receive, dressed)
            return
        await self.app(scope, _capped(receive, largest(scope["path"])), dressed)


def _refused(scope: Scope, headers: Headers) -> Code | None:
    if scope["method"] not in SAFE_METHODS:
        from_us = headers.get("x-dinh") == "1" or "authorization" in headers
        if not (from_us and same_origin(headers)):
            return Code.FOREIGN_ORIGIN
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > largest(scope["path"]):
        return Code.TOO_LARGE
    return None


def _dressed(send: Send, *, private: bool) -> Send:
    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if private:
                headers.setdefault("Cache-Control", "no-store")
        await send(message)

    return sender


def _capped(receive: Receive, cap: int) -> Receive:
    """Bodies without a length are counted as they come; past the cap the client is treated as gone."""
    taken = 0

    async def receiver() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return {"type": "http.disconnect"} if taken > cap else message

    return receiver
