"""What is said to each kind of receiver, and what its answers mean."""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest
from standardwebhooks import Webhook

from edge.reporting.connectors import (
    Arrived,
    Gone,
    Later,
    Never,
    Open311Connector,
    Outcome,
    Target,
    Told,
    WebhookConnector,
    key_of,
    lists_service,
)
from edge.reporting.egress import Answer
from edge.reporting.errors import Code

NOW = datetime(2026, 3, 5, 1, 30, tzinfo=UTC)
DATA = {
    "camera_name": "Cổng chợ",
    "address": "Chợ xã, thôn Đông",
    "latitude": 10.5,
    "longitude": 106.123456789,
    "put_down_at": "2026-03-05T01:29:00+00:00",
    "reason": "left",
    "note": "Hai bao tải",
}
TOLD = Told("fact1", "cameras.case_confirmed", "s-1", NOW, DATA, "https://dinh.test/x.jpg")
CITY = Target("https://xa.test/open311/v2/", "khóa", "/dinh/test", {"service_code": "dumping"})


def test_the_published_signature_of_standard_webhooks_is_ours() -> None:
    """The example vector of the specification's reference libraries."""
    secret, key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek"
    signature = Webhook(secret).sign(key, datetime.fromtimestamp(1614265330, UTC), '{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("secret", ["whsec_-_8=", "whsec_-_8", "whsec_+/8=", "+/8"])
def test_a_secret_may_be_written_in_either_alphabet(secret: str) -> None:
    assert key_of(secret) == b"\xfb\xff"


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_!!!", "whsec_a"])
def test_a_secret_that_is_none_is_refused(secret: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        key_of(secret)


def test_a_webhook_signs_exactly_the_bytes_it_sends() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    sent = WebhookConnector().request(TOLD, Target("https://xa.test/in", secret, "/dinh/test"), NOW)
    again = Webhook(secret).sign(
        sent.headers["webhook-id"], datetime.fromtimestamp(int(sent.headers["webhook-timestamp"]), UTC), sent.body.decode()
    )
    assert sent.headers["webhook-signature"] == again
    event = json.loads(sent.body)
    assert {"specversion", "id", "source", "type"} <= set(event)  # required by CloudEvents 1.0
    assert event["time"] == "2026-03-05T01:30:00Z"


def test_a_service_request_has_what_georeport_asks() -> None:
    sent = Open311Connector().request(TOLD, CITY, NOW)
    assert (sent.method, sent.url) == ("POST", "https://xa.test/open311/v2/requests.json")
    assert sent.headers["Content-Type"].startswith("application/x-www-form-urlencoded")
    fields = {key: value[0] for key, value in parse_qs(sent.body.decode(), strict_parsing=True).items()}
    description = fields.pop("description")
    assert fields == {
        "api_key": "khóa",
        "service_code": "dumping",
        "lat": "10.500000",
        "long": "106.123457",
        "address_string": "Chợ xã, thôn Đông",
        "media_url": "https://dinh.test/x.jpg",
        "attribute[dinh_id]": "fact1",
        "attribute[dinh_kind]": "cameras.case_confirmed",
    }
    assert "lúc 08:29 ngày 05/03/2026" in description
    assert "Hai bao tải" in description


def test_without_coordinates_the_camera_is_the_address() -> None:
    told = Told("fact1", TOLD.kind, "s-1", NOW, {"camera_name": "Cổng chợ", "latitude": 10.5, "longitude": None})
    fields = parse_qs(Open311Connector().request(told, CITY, NOW).body.decode())
    assert fields["address_string"] == ["Cổng chợ"]
    assert not {"lat", "long", "media_url"} & set(fields)


DUPLICATE = b'[{"code":"400","description":"Invalid service request: base is a duplicate."}]'


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (200, b'[{"service_request_id":"293944","service_notice":"","account_id":null}]', Arrived("293944")),
        (201, b'[{"service_request_id":293944}]', Arrived("293944")),
        (200, b'{"service_request_id":"7"}', Arrived("7")),
        (200, b'{"service_requests":[{"service_request_id":"8"}]}', Arrived("8")),
        (200, b'[{"token":"ab-12"}]', Arrived("token:ab-12")),
        (200, b"<service_requests><request><service_request_id> 9 </service_request_id></request></service_requests>", Arrived("9")),
        (200, b"", Arrived(None)),
        (200, b"[]", Arrived(None)),
        (202, b"ok", Arrived(None)),
        (400, DUPLICATE, Arrived(None)),
    ],
)
def test_answers_of_servers_that_took_it(status: int, body: bytes, outcome: Outcome) -> None:
    assert Open311Connector().outcome(Answer(status, body)) == outcome


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        (400, b'[{"code":400,"description":"service_code was not provided"}]', Never, Code.REFUSED),
        (404, b'[{"code":404,"description":"service_code not found"}]', Never, Code.REFUSED),
        (200, b'[{"code":400,"description":"no"}]', Never, Code.REFUSED),
        (200, b'{"errors":[{"code":500,"description":"no"}]}', Later, Code.ANSWERED),
        (403, b'[{"code":403,"description":"api_key"}]', Later, Code.ANSWERED),
        (500, b"<html>", Later, Code.ANSWERED),
        (503, b"", Later, Code.BUSY),
    ],
)
def test_answers_of_servers_that_did_not(status: int, body: bytes, kind: type, code: Code) -> None:
    outcome = Open311Connector().outcome(Answer(status, body))
    assert isinstance(outcome, kind)
    assert isinstance(outcome, (Later, Never))
    assert outcome.code is code


def test_gone_means_gone_for_both() -> None:
    assert Open311Connector().outcome(Answer(410, b"")) == Gone()
    assert WebhookConnector().outcome(Answer(410, b"")) == Gone()


@pytest.mark.parametrize(
    ("body", "listed"),
    [
        (b'[{"service_code":"dumping"}]', True),
        (b'{"services":[{"service_code":"dumping"}]}', True),
        (b"[]", False),
        (b"<x/>", False),
        (b"3", False),
        (b'["dumping"]', False),
    ],
)
def test_a_service_list_is_read_carefully(body: bytes, *, listed: bool) -> None:
    assert lists_service(body, "dumping") is listed
