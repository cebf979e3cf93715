"""The built pages: hashed assets for a year, the page itself never kept, every other path answered with the page."""

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse, HTMLResponse, Response

from edge.http.errors import problem
from edge.refusals import STATUS, Code

NOT_BUILT = """<!doctype html><html lang="vi"><meta charset="utf-8"><title>Đình</title>
<style>body{font:18px/1.5 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<h1>Đình</h1>
<p>Nút đang chạy, nhưng các trang web chưa được dựng. Hãy chạy <code>dinh up</code> một lần khi có đủ tệp cài đặt.</p>
<p lang="en">The node runs, but its pages are not built yet. Start it once with <code>dinh up</code> from a complete installation.</p></html>"""


def router(folder: Path) -> APIRouter:
    """Serves `folder` (edge/web/built). Must be the last router: its path matches everything."""
    pages = APIRouter()
    root = folder.resolve()

    @pages.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(path: str) -> Response:
        if path in {"api", "mqtt"} or path.startswith("api/"):
            return problem(Code.NOT_FOUND, status=STATUS[Code.NOT_FOUND])
        found = (root / path).resolve()
        if path and found.is_relative_to(root) and found.is_file() and found.name != "index.html":
            return FileResponse(found, headers={"Cache-Control": _keep(path)})
        if path.startswith("assets/"):
            return problem(Code.NOT_FOUND, status=STATUS[Code.NOT_FOUND])
        index = root / "index.html"
        if not index.is_file():
            return HTMLResponse(NOT_BUILT, status_code=503)
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    return pages


def _keep(path: str) -> str:
    return "public, max-age=31536000, immutable" if path.startswith("assets/") else "no-cache"
