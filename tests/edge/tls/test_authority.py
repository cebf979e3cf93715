"""The node's CA and certificate: made once, renewed in time, never trusted by accident."""

import http.client
import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from edge.compose import build
from edge.errors import Code, Refusal
from edge.node.desk import renew
from edge.settings import read_settings
from edge.tls import Material, ends_at, ensure, local_names

NOW = datetime.now(UTC)
NAMES = ["127.0.0.1", "dinh.local", "localhost"]


def serve_once(material: Material, context: ssl.SSLContext | None = None) -> int:
    """One TLS server that answers one request; returns its port."""
    if context is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(material.certificate, material.key)
    dressed = context
    listener = socket.create_server(("127.0.0.1", 0))

    def answer() -> None:
        raw, _ = listener.accept()
        with listener, raw, dressed.wrap_socket(raw, server_side=True) as connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    threading.Thread(target=answer, daemon=True).start()
    return int(listener.getsockname()[1])


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost"])
def test_a_client_that_trusts_the_ca_trusts_the_node_by_name_and_by_address(tmp_path: Path, name: str) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    context = ssl.create_default_context(cafile=str(material.ca))
    client = http.client.HTTPSConnection(name, serve_once(material), context=context, timeout=5)
    client.request("GET", "/")
    assert client.getresponse().status == 204
    client.close()


def test_keys_are_for_their_owner_only(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    assert material.key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "ca.key").stat().st_mode & 0o777 == 0o600


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    before = material.certificate.read_bytes(), material.ca.read_bytes()
    ensure(tmp_path, NAMES, now=NOW + timedelta(days=100))
    assert (material.certificate.read_bytes(), material.ca.read_bytes()) == before


def test_it_is_renewed_before_it_ends_by_the_same_ca(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    ca, end = material.ca.read_bytes(), ends_at(material.certificate)
    ensure(tmp_path, NAMES, now=end - timedelta(days=60))
    assert ends_at(material.certificate) > end + timedelta(days=200)
    assert material.ca.read_bytes() == ca


def test_a_new_address_makes_a_new_certificate(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    ensure(tmp_path, [*NAMES, "192.168.7.7"], now=NOW)
    certificate = x509.load_pem_x509_certificate(material.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert "192.168.7.7" in {str(name) for name in names.get_values_for_type(x509.IPAddress)}


def test_no_browser_finds_it_too_long(tmp_path: Path) -> None:
    certificate = x509.load_pem_x509_certificate(ensure(tmp_path, NAMES, now=NOW).certificate.read_bytes())
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc <= timedelta(days=398)


def test_a_certificate_of_another_ca_is_replaced(tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    ours.mkdir()
    theirs.mkdir()
    material, foreign = ensure(ours, NAMES, now=NOW), ensure(theirs, NAMES, now=NOW)
    material.certificate.write_bytes(foreign.certificate.read_bytes())
    material.key.write_bytes(foreign.key.read_bytes())
    ensure(ours, NAMES, now=NOW)
    assert material.certificate.read_bytes() != foreign.certificate.read_bytes()


def test_an_administrators_own_certificate_is_used_instead(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    (tmp_path / "own.pem").write_bytes(material.certificate.read_bytes())
    (tmp_path / "own.key").write_bytes(material.key.read_bytes())
    assert ensure(tmp_path, NAMES, now=NOW).certificate == tmp_path / "own.pem"


def test_a_key_that_does_not_fit_is_refused_by_name(tmp_path: Path) -> None:
    material = ensure(tmp_path, NAMES, now=NOW)
    (tmp_path / "own.pem").write_bytes(material.certificate.read_bytes())
    (tmp_path / "own.key").write_bytes((tmp_path / "ca.key").read_bytes())
    with pytest.raises(Refusal) as refused:
        ensure(tmp_path, NAMES, now=NOW)
    assert refused.value.code is Code.BAD_CERTIFICATE
    assert refused.value.facts["file"] == str(tmp_path / "own.key")


def test_a_running_server_shows_the_renewed_certificate(tmp_path: Path) -> None:
    desk = build(read_settings(tmp_path, {"DINH_BROKER_ENGINE": "embedded"}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(desk.tls.certificate, desk.tls.key)
    before = desk.tls.certificate.read_bytes()
    desk.tls.certificate.unlink()
    renew(desk, context)
    port = serve_once(desk.tls, context)
    trusting = ssl.create_default_context(cafile=str(desk.tls.ca))
    client = http.client.HTTPSConnection("localhost", port, context=trusting, timeout=5)
    client.connect()
    shown = client.sock.getpeercert(binary_form=True) or b""
    client.request("GET", "/")
    assert client.getresponse().status == 204
    client.close()
    assert ssl.DER_cert_to_PEM_cert(shown) in desk.tls.certificate.read_text("ascii")
    assert desk.tls.certificate.read_bytes() != before
    desk.rooms.offices.close()


def test_the_machines_own_names_are_all_there() -> None:
    assert {"dinh.local", "localhost", "127.0.0.1"} <= set(local_names())
