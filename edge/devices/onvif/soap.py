"""SOAP 1.2 as ONVIF uses it: one request, one answer, signed by WS-Security's digest or, where a camera asks for it, HTTP's.

The password itself is never sent. Only the camera's own host is asked, and no redirection is followed.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import httpx

from edge.devices.onvif.faults import Failed, Fault, scrubbed

CONNECT_S, READ_S = 3.0, 6.0
LARGEST = 4 * 1024 * 1024
SKEW_S = 60.0
"""A camera whose clock is further off may refuse a right password: the digest holds the time."""
NAMES = {
    "s": "http://www.w3.org/2003/05/soap-envelope",
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tr2": "http://www.onvif.org/ver20/media/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
}
_WSS = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"
_REJECTED = frozenset({"NotAuthorized", "FailedAuthentication", "InvalidSecurity", "InvalidSecurityToken", "FailedCheck", "MessageExpired"})
for _prefix, _space in NAMES.items():
    ET.register_namespace(_prefix, _space)  # cameras with simple parsers expect the usual prefixes


@dataclass
class Soap:
    """One camera. `skew` is how far its clock is ahead of ours, once it is known; `known` that it has taken the password."""

    user: str = ""
    password: str = field(default="", repr=False)
    skew: timedelta | None = None
    known: bool = False

    def __post_init__(self) -> None:
        limits = httpx.Timeout(READ_S, connect=CONNECT_S)
        self.http = httpx.Client(timeout=limits, verify=False, trust_env=False, follow_redirects=False)  # noqa: S501 - cameras sign their own certificates

    def ask(self, url: str, body: ET.Element, *, signed: bool = True) -> ET.Element:
        """What stands in the answer's body. Raises Failed."""
        response = self._send("POST", url, signed=signed, content=self._envelope(body, signed=signed), headers=_headers(body))
        try:
            answer = parsed(response.content)
        except ET.ParseError:
            answer = ET.Element("none")
        inside = child(answer, "Body")
        if inside is None:
            raise self._rejected(response.status_code) or Failed(Fault.NOT_ONVIF, host=response.url.host)
        fault = child(inside, "Fault")
        if fault is not None:
            raise self._fault(fault)
        self.known = self.known or signed
        return inside[0] if len(inside) else inside

    def fetch(self, url: str) -> bytes:
        """A picture, by HTTP. Raises Failed."""
        response = self._send("GET", url, signed=True)
        if response.status_code != httpx.codes.OK:
            raise self._rejected(response.status_code) or Failed(Fault.REFUSED, what="snapshot", words=f"HTTP {response.status_code}")
        return response.content

    def _send(
        self, method: str, url: str, *, signed: bool, content: bytes | None = None, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        auth = httpx.DigestAuth(self.user, self.password) if signed and self.user else None
        host = httpx.URL(url).host
        try:
            with self.http.stream(method, url, content=content, headers=headers, auth=auth) as response:
                taken = bytearray()
                for part in response.iter_bytes():
                    taken += part
                    if len(taken) > LARGEST:
                        raise Failed(Fault.NOT_ONVIF, host=host)
                return httpx.Response(response.status_code, content=bytes(taken), request=response.request)
        except (httpx.ConnectError, httpx.ConnectTimeout):
            raise Failed(Fault.UNREACHABLE, host=host) from None
        except httpx.TimeoutException:
            raise Failed(Fault.SILENT, host=host, seconds=READ_S) from None
        except (httpx.HTTPError, httpx.InvalidURL):
            raise Failed(Fault.NOT_ONVIF, host=host) from None

    def _rejected(self, status: int) -> Failed | None:
        return self._unknown() if status in (401, 403) else None

    def _unknown(self) -> Failed:
        """It does not take the name and password; once it has taken them, they are not allowed to do this."""
        if self.known:
            return Failed(Fault.NOT_ALLOWED, user=self.user)
        skew = 0.0 if self.skew is None else abs(self.skew.total_seconds())
        return Failed(Fault.CLOCK, minutes=round(skew / 60)) if skew > SKEW_S else Failed(Fault.PASSWORD)

    def _fault(self, fault: ET.Element) -> Failed:
        codes = {found.text.rpartition(":")[2] for found in fault.iter() if local(found) == "Value" and found.text}
        if codes & _REJECTED:
            return self._unknown()
        words = next((found.text for found in fault.iter() if local(found) in ("Text", "faultstring") and found.text), "") or ", ".join(
            codes
        )
        return Failed(Fault.REFUSED, what="request", words=scrubbed(words, self.password, self.user))

    def _envelope(self, body: ET.Element, *, signed: bool) -> bytes:
        envelope = ET.Element(_name("s:Envelope"))
        if signed and self.user:
            ET.SubElement(envelope, _name("s:Header")).append(self._security())
        ET.SubElement(envelope, _name("s:Body")).append(body)
        return bytes(ET.tostring(envelope, encoding="utf-8", xml_declaration=True))

    def _security(self) -> ET.Element:
        """UsernameToken with digest: base64(SHA-1(nonce + created + password)), in the camera's own time where that is known."""
        nonce, now = secrets.token_bytes(16), datetime.now(UTC) + (self.skew or timedelta())
        created = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        digest = hashlib.sha1(nonce + created.encode() + self.password.encode()).digest()  # noqa: S324 - WS-Security says so
        ext = f"{{{_WSS}wssecurity-secext-1.0.xsd}}"
        security = ET.Element(f"{ext}Security", {_name("s:mustUnderstand"): "1"})
        token = ET.SubElement(security, f"{ext}UsernameToken")
        ET.SubElement(token, f"{ext}Username").text = self.user
        ET.SubElement(token, f"{ext}Password", {"Type": f"{_WSS}username-token-profile-1.0#PasswordDigest"}).text = _base64(digest)
        ET.SubElement(token, f"{ext}Nonce", {"EncodingType": f"{_WSS}soap-message-security-1.0#Base64Binary"}).text = _base64(nonce)
        ET.SubElement(token, f"{{{_WSS}wssecurity-utility-1.0.xsd}}Created").text = created
        return security


def element(name: str, *inside: ET.Element | str, **attributes: str) -> ET.Element:
    """`element("trt:GetProfiles")`: a prefix of NAMES and a name; inside it text or further elements."""
    made = ET.Element(_name(name), attributes)
    for one in inside:
        if isinstance(one, str):
            made.text = one
        else:
            made.append(one)
    return made


def child(of: ET.Element, *path: str) -> ET.Element | None:
    """The first element down this path of local names."""
    found: ET.Element | None = of
    for name in path:
        found = next((one for one in found if local(one) == name), None) if found is not None else None
    return found


def children(of: ET.Element, name: str) -> list[ET.Element]:
    """All direct children of this local name."""
    return [one for one in of if local(one) == name]


def text(of: ET.Element, *path: str) -> str:
    """The text at the end of the path, "" when there is none."""
    found = child(of, *path)
    return (found.text or "").strip() if found is not None else ""


def local(one: ET.Element) -> str:
    """The name without its namespace."""
    return one.tag.rpartition("}")[2]


def parsed(content: bytes) -> ET.Element:
    """XML without a document type: nothing in it can grow or be fetched. ET.ParseError for everything else, in whatever encoding."""
    try:
        return ET.fromstring(content, parser=ET.XMLParser(target=_Plain()))  # noqa: S314 - no document type, so no entities
    except (LookupError, ValueError) as error:  # an encoding that nobody knows
        raise ET.ParseError(str(error)) from error


class _Plain(ET.TreeBuilder):
    def doctype(self, _name: str, _public: str | None, _system: str | None) -> None:
        raise ET.ParseError("document type")


def _headers(body: ET.Element) -> dict[str, str]:
    space, _, name = body.tag[1:].partition("}")
    return {"Content-Type": f'application/soap+xml; charset=utf-8; action="{space}/{name}"'}


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{NAMES[prefix]}}}{name}"


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
