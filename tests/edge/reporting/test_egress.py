"""Nothing leaves the node but to where somebody decided."""

import asyncio
from dataclasses import replace
from ipaddress import ip_network

import pytest
from fastapi.responses import Response

from edge.reporting.egress import LARGEST_ANSWER, Answer, Egress, Request, check_url
from edge.reporting.errors import Code, Refusal
from edge.reporting.settings import ReportingSettings
from tests.edge.reporting.conftest import SETTINGS, Receiver

STRICT = ReportingSettings()


def send(url: str, settings: ReportingSettings) -> Answer:
    async def once() -> Answer:
        egress = Egress(settings)
        await egress.start()
        try:
            return await egress.send(Request(url, b"{}"))
        finally:
            await egress.stop()

    return asyncio.run(once())


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://xa.test/", Code.BAD_URL),
        ("https://", Code.BAD_URL),
        ("https://user:pass@xa.test/", Code.BAD_URL),
        ("xa.test", Code.BAD_URL),
        ("http://xa.test/", Code.HTTPS_NEEDED),
        ("https://10.0.0.1/", Code.PRIVATE_ADDRESS),
        ("https://127.0.0.1/", Code.PRIVATE_ADDRESS),
        ("https://169.254.169.254/latest", Code.PRIVATE_ADDRESS),
        ("https://[::1]/", Code.PRIVATE_ADDRESS),
        ("https://[::ffff:10.0.0.1]/", Code.PRIVATE_ADDRESS),
        ("https://0.0.0.0/", Code.PRIVATE_ADDRESS),
        ("https://224.0.0.1/", Code.PRIVATE_ADDRESS),
    ],
)
def test_addresses_that_are_refused_before_anything_is_sent(url: str, code: Code) -> None:
    with pytest.raises(Refusal) as refused:
        check_url(url, STRICT)
    assert refused.value.code is code


def test_only_listed_hosts_when_the_operator_made_a_list() -> None:
    listed = replace(STRICT, hosts=frozenset({"xa.test"}))
    assert check_url("https://xa.test/in", listed).host == "xa.test"
    with pytest.raises(Refusal) as refused:
        check_url("https://khac.test/in", listed)
    assert refused.value.code is Code.HOST_NOT_ALLOWED


def test_a_name_that_leads_into_the_private_network_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        send("https://localhost:1/", STRICT)
    assert refused.value.code is Code.PRIVATE_ADDRESS


def test_plain_http_only_into_a_named_network(receiver: Receiver) -> None:
    other = replace(SETTINGS, private_networks=(ip_network("10.0.0.0/8"),))
    with pytest.raises(Refusal) as refused:
        send(receiver.url, other)
    assert refused.value.code is Code.PRIVATE_ADDRESS
    assert send(receiver.url, SETTINGS).status == 202
    assert len(receiver.came) == 1


def test_the_receiver_sees_the_name_it_was_called_by(receiver: Receiver) -> None:
    port = receiver.url.rpartition(":")[2]
    settings = replace(SETTINGS, private_networks=(ip_network("127.0.0.0/8"), ip_network("::1/128")))
    send(f"http://localhost:{port}/in", settings)
    assert receiver.came[0][0]["host"] == f"localhost:{port}"


@pytest.mark.parametrize(("url", "code"), [("http://127.0.0.1:1/", Code.UNREACHABLE), ("http://no-such-host.invalid/", Code.NAME_UNKNOWN)])
def test_what_cannot_be_reached_says_so(url: str, code: Code) -> None:
    with pytest.raises(Refusal) as refused:
        send(url, SETTINGS)
    assert refused.value.code is code


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch, receiver: Receiver) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    assert send(receiver.url, SETTINGS).status == 202


def test_an_endless_answer_is_cut(receiver: Receiver) -> None:
    receiver.answer = lambda _request, _count: Response(b"x" * (LARGEST_ANSWER * 4), status_code=500)
    answer = send(receiver.url, SETTINGS)
    assert len(answer.body) == LARGEST_ANSWER
    assert len(answer.said) == 300
