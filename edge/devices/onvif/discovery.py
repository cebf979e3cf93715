"""WS-Discovery: which ONVIF cameras answer on the commune's own network. A question by multicast, answers for three seconds."""

import select
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit, urlunsplit
from uuid import uuid4
from xml.etree import ElementTree as ET

import psutil

from edge.devices.onvif.soap import child, parsed, text

GROUP = ("239.255.255.250", 3702)
LISTEN_S = 3.0
MOST = 200
LARGEST = 65_507
_SCOPE = "onvif://www.onvif.org/"
_QUESTION = """<?xml version="1.0" encoding="utf-8"?>
<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope" xmlns:w="http://schemas.xmlsoap.org/ws/2004/08/addressing"
 xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" xmlns:dn="http://www.onvif.org/ver10/network/wsdl">
<e:Header><w:MessageID>urn:uuid:{id}</w:MessageID><w:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</w:To>
<w:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</w:Action></e:Header>
<e:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></e:Body></e:Envelope>"""


@dataclass(frozen=True, slots=True)
class Found:
    """A camera that answered. `address` is where its device service is, on the host that the answer came from."""

    endpoint: str
    address: str
    host: str
    name: str
    hardware: str


def find(listen_s: float = LISTEN_S, to: tuple[str, int] = GROUP, interfaces: Iterable[str] | None = None) -> list[Found]:
    """Ask on every IPv4 interface (addresses; this machine's by default) and collect the answers, one for each camera."""
    asked = (_ask(address, to) for address in (own_addresses() if interfaces is None else interfaces))
    sockets = [asking for asking in asked if asking is not None]
    found: dict[str, Found] = {}
    end = time.monotonic() + listen_s
    try:
        while sockets and len(found) < MOST and (left := end - time.monotonic()) > 0:
            for ready in select.select(sockets, [], [], left)[0]:
                content, (host, *_) = ready.recvfrom(LARGEST)
                for one in read(content, host):
                    found.setdefault(one.endpoint, one)
    finally:
        for asking in sockets:
            asking.close()
    return sorted(found.values(), key=lambda camera: socket.inet_aton(camera.host))


def own_addresses() -> list[str]:
    """The IPv4 addresses of this machine's interfaces that are up, without loopback."""
    up = psutil.net_if_stats()
    return [
        one.address
        for name, addresses in psutil.net_if_addrs().items()
        for one in addresses
        if one.family == socket.AF_INET and up[name].isup and not one.address.startswith("127.")
    ]


def read(content: bytes, sender: str) -> list[Found]:
    """The cameras in one answer. What points at another host than its sender is not believed: the host is the sender's."""
    try:
        matches = child(parsed(content), "Body", "ProbeMatches")
    except ET.ParseError:
        return []
    return [_found(match, sender) for match in (matches if matches is not None else ()) if text(match, "XAddrs")]


def _found(match: ET.Element, sender: str) -> Found:
    scopes = [unquote(scope.removeprefix(_SCOPE)) for scope in text(match, "Scopes").split() if scope.startswith(_SCOPE)]

    def told(key: str) -> str:
        return next((scope.partition("/")[2] for scope in scopes if scope.startswith(f"{key}/")), "")[:80]

    endpoint = text(match, "EndpointReference", "Address") or sender
    return Found(endpoint[:120], _address(text(match, "XAddrs").split(), sender), sender, told("name"), told("hardware"))


def _address(offered: list[str], sender: str) -> str:
    for address in sorted(offered, key=lambda one: f"//{sender}" not in one):
        try:
            parts = urlsplit(address)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            continue
        if parts.scheme in ("http", "https"):
            return urlunsplit((parts.scheme, sender + port, parts.path or "/onvif/device_service", "", ""))
    return f"http://{sender}/onvif/device_service"


def _ask(interface: str, to: tuple[str, int]) -> socket.socket | None:
    asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 2)
        asking.bind((interface, 0))
        asking.sendto(_QUESTION.format(id=uuid4()).encode(), to)
    except OSError:  # an interface without a network: the others are asked
        asking.close()
        return None
    return asking
