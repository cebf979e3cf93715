"""The built pages: hashed assets for a year, the page itself never kept, every other path answered with the page.

They go out as the build packed them (.br, .gz beside each file), to whoever accepts that. Only these files are ever packed: what the
API answers is not, because the length of a packed answer tells about a secret that stands beside text of somebody else (RFC 7457, 2.6).
"""

import mimetypes
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from edge.http.errors import problem
from edge.refusals import STATUS, Code

NOT_BUILT = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Đình</title>
<style>body{font:18px/1.5 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<h1>Đình</h1>
<p>Nút đang chạy, nhưng các trang web chưa được dựng. Hãy chạy <code>dinh up</code> một lần khi có đủ tệp cài đặt.</p>
<p lang="en">The node runs, but its pages are not built yet. Start it once with <code>dinh up</code> from a complete installation.</p></html>"""

PACKINGS: Final = {"br": ".br", "gzip": ".gz"}
"""What a browser may accept, the smallest first, and how the build calls such a file."""

VERIFIER: Final = "verify.html"
VERIFIER_SAVED: Final = "dinh-kiem-tra.html"
"""The offline verifier is saved, never opened from here: whoever counts again opens a file of his own, not a page of the node that he checks."""


def router(folder: Path) -> APIRouter:
    """Serves `folder` (edge/web/built). Must be the last router: its path matches everything."""
    pages = APIRouter()
    root = folder.resolve()

    @pages.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str, request: Request) -> Response:
        accepted = accepts(request.headers.get("accept-encoding", ""))
        if path in {"api", "mqtt"} or path.startswith("api/"):
            return problem(Code.NOT_FOUND, status=STATUS[Code.NOT_FOUND])
        found = (root / path).resolve()
        if path and found.is_relative_to(root) and found.is_file() and found.name != "index.html":
            return _file(found, _keep(path), accepted)
        if path.startswith("assets/"):
            return problem(Code.NOT_FOUND, status=STATUS[Code.NOT_FOUND])
        index = root / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return _file(index, "no-cache", accepted)

    return pages


def accepts(header: str) -> frozenset[str]:
    """The content codings that an Accept-Encoding header allows (RFC 9110, 12.5.3), those with q=0 left out."""
    offers = (offer.replace(" ", "").lower().partition(";") for offer in header.split(","))
    return frozenset(name for name, _semicolon, weight in offers if name and weight.rstrip("0") not in {"q=", "q=0."})


def _file(path: Path, keep: str, accepted: frozenset[str]) -> Response:
    """The file as small as this browser takes it. The type is the unpacked file's."""
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding"}
    if path.name == VERIFIER:
        headers["Content-Disposition"] = f'attachment; filename="{VERIFIER_SAVED}"'
    for coding, end in PACKINGS.items():
        packed = path.with_name(path.name + end)
        if coding in accepted and packed.is_file():
            return FileResponse(packed, media_type=kind, headers={**headers, "Content-Encoding": coding})
    return FileResponse(path, media_type=kind, headers=headers)


def _keep(path: str) -> str:
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
