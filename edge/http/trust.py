"""The node's own CA: handed out over HTTPS, and over plain HTTP to devices that do not trust it yet."""

import hashlib
from html import escape
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from fastapi import APIRouter, FastAPI, Request
from pydantic import AwareDatetime, BaseModel
from starlette.responses import HTMLResponse, RedirectResponse, Response

from edge.http.guard import Guard

PLAIN_PAGE = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>Đình</title>
<style>body{{font:18px/1.5 system-ui;max-width:38rem;margin:8vh auto;padding:0 1rem;background:#FBF8F2;color:#1C2126}}
a{{color:#1F4B7A}}a.go{{display:inline-block;padding:.8rem 1.2rem;border-radius:10px;background:#1F4B7A;color:#fff;text-decoration:none}}
code{{font-size:.85em;word-break:break-all}}section+section{{margin-top:2.5rem;padding-top:1.5rem;border-top:1px solid #ddd6c8}}</style>
<section><h1>Đình</h1><p>Trước khi dùng, xin cài chứng chỉ của nút vào máy này một lần.</p>
<p><a class="go" href="/ca.crt" download>Tải chứng chỉ</a></p>
<p>Dấu vân tay SHA-256, so với bản in của quản trị viên:<br><code>{fingerprint}</code></p>
<p>Cài xong, mở <a href="{secure}">{secure}</a>.</p></section>
<section lang="en"><p>Before you start, install the node's certificate on this device once.</p>
<p><a class="go" href="/ca.crt" download>Download the certificate</a></p>
<p>Then open <a href="{secure}">{secure}</a>.</p></section></html>"""


class Trust(BaseModel):
    """What the trust page shows."""

    name: str
    fingerprint_sha256: str
    """Pairs of hex digits with colons, as devices show it."""
    ends_at: AwareDatetime


def trust(ca: Path) -> Trust:
    """Read the CA certificate's name, fingerprint and end."""
    certificate = x509.load_pem_x509_certificate(ca.read_bytes())
    digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).hexdigest().upper()
    pairs = ":".join(digest[at : at + 2] for at in range(0, len(digest), 2))
    return Trust(name=certificate.subject.rfc4514_string(), fingerprint_sha256=pairs, ends_at=certificate.not_valid_after_utc)


def router(ca: Path) -> APIRouter:
    """/ca.pem, /ca.crt (DER, which Android and iPad install on opening) and /api/trust. Public: it is a public key."""
    routes = APIRouter(tags=["house"])

    @routes.get("/ca.pem", include_in_schema=False)
    def ca_pem() -> Response:
        headers = {"Content-Disposition": 'attachment; filename="dinh-ca.pem"'}
        return Response(ca.read_bytes(), media_type="application/x-pem-file", headers=headers)

    @routes.get("/ca.crt", include_in_schema=False)
    def ca_crt() -> Response:
        der = x509.load_pem_x509_certificate(ca.read_bytes()).public_bytes(Encoding.DER)
        headers = {"Content-Disposition": 'attachment; filename="dinh-ca.crt"'}
        return Response(der, media_type="application/x-x509-ca-cert", headers=headers)

    @routes.get("/api/trust")
    def get_trust() -> Trust:
        return trust(ca)

    return routes


def plain_app(ca: Path, https_port: int) -> FastAPI:
    """What answers on plain HTTP: the CA and how to go on; everything else is sent to HTTPS. No session, no data."""
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    app.include_router(router(ca))

    @app.api_route("/{path:path}", methods=["GET", "HEAD"])
    def elsewhere(path: str, request: Request) -> Response:
        secure = f"https://{request.url.hostname}:{https_port}/"
        if path in {"", "trust"}:
            return HTMLResponse(PLAIN_PAGE.format(fingerprint=trust(ca).fingerprint_sha256, secure=escape(secure)))
        return RedirectResponse(secure + path, status_code=307)

    app.add_middleware(Guard)
    return app
