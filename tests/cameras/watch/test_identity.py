"""What a watcher believes and whom it takes for its node."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse

from broker.messages.devices import Desired
from cameras.domain.errors import Code, Refusal
from cameras.watch.enrol import enrol
from cameras.watch.identity import Identity
from cameras.watch.main import only_one
from edge.devices.vault import Vault
from edge.offices import utc_now
from edge.tls import ensure, fingerprint
from tests.served import served

CONFIGURATION: dict[str, Any] = {"cameras": [{"id": "c-1", "name": "Cổng chợ", "sealed_url": "x", "fence": 4}]}


def signed(vault: Vault, device: str, revision: int) -> Desired:
    return Desired(revision=revision, configuration=CONFIGURATION, signature=vault.sign(device, revision, CONFIGURATION))


def test_only_what_the_node_signed_for_this_watcher_is_believed(tmp_path: Path) -> None:
    node, stranger = Vault(b"n" * 32), Vault(b"s" * 32)
    identity = Identity(tmp_path)
    identity.trust(node.public)
    right = signed(node, "w-1", 3)
    assert identity.believes("w-1", right)
    assert not identity.believes("w-1", signed(stranger, "w-1", 3))
    assert not identity.believes("w-1", signed(node, "w-2", 3))
    assert not identity.believes("w-1", right.model_copy(update={"revision": 4}))
    assert not identity.believes("w-1", right.model_copy(update={"configuration": {"cameras": []}}))
    assert not identity.believes("w-1", right.model_copy(update={"signature": "?"}))


def test_what_was_applied_is_remembered_of_this_device_and_this_node(tmp_path: Path) -> None:
    identity = Identity(tmp_path)
    assert identity.newest("w-1") == -1
    identity.trust("AAAA")
    Identity(tmp_path).applied("w-1", 7)
    assert (Identity(tmp_path).newest("w-1"), Identity(tmp_path).newest("w-2")) == (7, -1)
    identity.trust("BBBB")
    assert Identity(tmp_path).newest("w-1") == -1, "another node counts for itself"
    (tmp_path / "revision.json").write_text("{")
    assert Identity(tmp_path).newest("w-1") == -1


def test_a_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    made = Identity(tmp_path / "w").make()
    assert Identity(tmp_path / "w").make() == made
    assert "d" not in made
    assert (tmp_path / "w" / "key.pem").stat().st_mode & 0o777 == 0o600


def test_two_processes_never_have_one_folder(tmp_path: Path) -> None:
    with only_one(tmp_path / "w"):
        with pytest.raises(Refusal) as refused, only_one(tmp_path / "w"):
            pytest.fail("it was let in")
        assert refused.value.code is Code.HOME_IN_USE
    with only_one(tmp_path / "w"):
        pass


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def stranger(tmp_path: Path, heard: list[str]) -> Iterator[str]:
    """Another node, which hands out a CA of its own and hears what it is told."""
    (tmp_path / "tls").mkdir()
    tls = ensure(tmp_path / "tls", ["127.0.0.1"], now=utc_now())
    app = FastAPI()

    @app.get("/ca.pem")
    def ca() -> PlainTextResponse:
        return PlainTextResponse(tls.ca.read_text())

    @app.post("/api/enrol")
    def token() -> None:
        heard.append("token")

    with served(app) as where:
        yield where


@pytest.mark.parametrize("code", ["token." + "A" * 43, "token", "https://dinh.local:8443/enrol#token"])
def test_a_node_with_another_ca_than_the_code_says_is_told_nothing(tmp_path: Path, stranger: str, heard: list[str], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        enrol(stranger, code, tmp_path / "w", pytest.fail, version="1")
    assert refused.value.code is Code.OTHER_NODE
    assert heard == []
    assert sorted(file.name for file in (tmp_path / "w").iterdir()) == ["key.pem"]
    assert len(fingerprint(tmp_path / "tls" / "ca.pem")) == 43
