"""A small ONVIF camera for tests: real HTTP, WS-Security digests that are checked, an encoder that really changes.

Its XML is written out by hand here, and shares nothing with the program that talks to it.
"""

import base64
import hashlib
import re
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.etree import ElementTree as ET

import cv2
import numpy as np

USER, PASSWORD = "quantri", "bí mật 7?#@/"
TT = "http://www.onvif.org/ver10/schema"
MEDIA = {"trt": "http://www.onvif.org/ver10/media/wsdl", "tr2": "http://www.onvif.org/ver20/media/wsdl"}
DEVICE = "http://www.onvif.org/ver10/device/wsdl"
FRESH = timedelta(seconds=30)


@dataclass
class Stream:
    """One profile and its encoder."""

    width: int
    height: int
    codec: str = "H264"
    gop: int = 150
    fps: int = 15
    constant: bool = True
    path: str = "/Streaming/Channels/101"


@dataclass
class Camera:
    """What it is set to and how it behaves. `log` holds every operation that was asked for, `bodies` their whole text."""

    media: str = "tr2"
    streams: dict[str, Stream] = field(default_factory=lambda: {"main": Stream(1920, 1080, "H265"), "sub": Stream(1280, 720, path="/102")})
    skew: timedelta = timedelta()
    refuses: str = ""
    """A word that it does not take in a new configuration."""
    lies: bool = False
    """It says yes and changes nothing."""
    viewer: bool = False
    """The user may look and set nothing."""
    waits_s: float = 0.0
    drips: bool = False
    """It sends one byte a second, for ever."""
    stream_host: str = ""
    service_host: str = ""
    rtsp_port: int = 554
    moved_to: str = ""
    """It redirects every request there."""
    hides_clock: bool = False
    password: str = PASSWORD
    log: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    port: int = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/onvif/device_service"

    def now(self) -> datetime:
        return datetime.now(UTC) + self.skew

    def knows(self, envelope: ET.Element) -> bool:
        """WS-Security: the digest is right, its time is the camera's own, give or take half a minute."""
        told = {one.tag.rpartition("}")[2]: one.text or "" for one in envelope.iter()}
        if told.get("Username") != USER:
            return False
        created = datetime.fromisoformat(told["Created"])
        wanted = hashlib.sha1(base64.b64decode(told["Nonce"]) + told["Created"].encode() + self.password.encode()).digest()  # noqa: S324 - WS-Security says so
        return base64.b64encode(wanted).decode() == told["Password"] and abs(created - self.now()) < FRESH

    def do(self, name: str, body: ET.Element) -> str:
        known = {
            "GetDeviceInformation": self.information,
            "GetServices": self.services,
            "GetProfiles": self.profiles,
            "GetVideoEncoderConfigurationOptions": self.options,
            "SetVideoEncoderConfiguration": lambda: self.set_encoder(body),
            "GetStreamUri": lambda: self.uri("rtsp", self.rtsp_port, self.streams[self.token(body)].path),
            "GetSnapshotUri": lambda: self.uri("http", self.port, "/snapshot"),
            "SetSynchronizationPoint": lambda: "",
            "SetSystemDateAndTime": lambda: self.set_time(body),
            "GetSystemDateAndTime": self.clock,
        }
        if name not in known:
            raise Complaint("ActionNotSupported", f"{name} is not known")
        if self.viewer and name.startswith("Set"):
            raise Complaint("NotAuthorized", "Sender not authorized")
        return known[name]()

    def reject(self) -> str:
        raise Complaint("NotAuthorized", "Sender not authorized")

    def token(self, body: ET.Element) -> str:
        return next(one.text or "" for one in body.iter() if one.tag.endswith("}ProfileToken"))

    def information(self) -> str:
        return "<tds:Manufacturer>Nhà máy thử</tds:Manufacturer><tds:Model>T-1</tds:Model><tds:FirmwareVersion>1.2</tds:FirmwareVersion>"

    def services(self) -> str:
        host = self.service_host or f"127.0.0.1:{self.port}"
        spaces = [DEVICE, *(MEDIA.values() if self.media == "tr2" else [MEDIA["trt"]])]
        places = [
            f"<tds:Namespace>{space}</tds:Namespace><tds:XAddr>http://{host}/onvif/{index}</tds:XAddr>"
            for index, space in enumerate(spaces)
        ]
        return "".join(f"<tds:Service>{place}</tds:Service>" for place in places)

    def clock(self) -> str:
        now = self.now()
        time_ = f"<tt:Time><tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute><tt:Second>{now.second}</tt:Second></tt:Time>"
        date = f"<tt:Date><tt:Year>{now.year}</tt:Year><tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
        return f"<tds:SystemDateAndTime><tt:DateTimeType>Manual</tt:DateTimeType><tt:UTCDateTime>{time_}{date}</tt:UTCDateTime></tds:SystemDateAndTime>"

    def set_time(self, body: ET.Element) -> str:
        told = {one.tag.rpartition("}")[2]: one.text or "" for one in body.iter()}
        year, month, day, hour, minute, second = (int(told[name]) for name in ("Year", "Month", "Day", "Hour", "Minute", "Second"))
        wanted = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        self.skew = wanted - datetime.now(UTC)
        return ""

    def profiles(self) -> str:
        inside = self._encoder2 if self.media == "tr2" else self._encoder1
        return "".join(
            f'<m:Profiles token="{token}" fixed="true"><m:Name>{token}</m:Name>{inside(token)}</m:Profiles>' for token in self.streams
        )

    def _encoder2(self, token: str) -> str:
        one = self.streams[token]
        rate = f'<tt:RateControl ConstantBitRate="{str(one.constant).lower()}"><tt:FrameRateLimit>{one.fps}</tt:FrameRateLimit><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>'
        size = f"<tt:Resolution><tt:Width>{one.width}</tt:Width><tt:Height>{one.height}</tt:Height></tt:Resolution>"
        start = f'<m:VideoEncoder token="enc-{token}" GovLength="{one.gop}" Profile="Main"><tt:Name>x</tt:Name><tt:UseCount>1</tt:UseCount>'
        return f"<m:Configurations>{start}<tt:Encoding>{one.codec}</tt:Encoding>{size}{rate}<tt:Quality>4</tt:Quality></m:VideoEncoder></m:Configurations>"

    def _encoder1(self, token: str) -> str:
        one = self.streams[token]
        size = f"<tt:Resolution><tt:Width>{one.width}</tt:Width><tt:Height>{one.height}</tt:Height></tt:Resolution>"
        rate = f"<tt:RateControl><tt:FrameRateLimit>{one.fps}</tt:FrameRateLimit><tt:EncodingInterval>1</tt:EncodingInterval><tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl>"
        codec = (
            f"<tt:H264><tt:GovLength>{one.gop}</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264>" if one.codec == "H264" else ""
        )
        start = f'<tt:VideoEncoderConfiguration token="enc-{token}"><tt:Name>x</tt:Name><tt:UseCount>1</tt:UseCount>'
        last = "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address><tt:Port>0</tt:Port><tt:TTL>1</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast><tt:SessionTimeout>PT60S</tt:SessionTimeout></tt:VideoEncoderConfiguration>"
        return f"{start}<tt:Encoding>{one.codec}</tt:Encoding>{size}<tt:Quality>4</tt:Quality>{rate}{codec}{last}"

    def options(self) -> str:
        sizes = "".join(
            f"<tt:ResolutionsAvailable><tt:Width>{w}</tt:Width><tt:Height>{h}</tt:Height></tt:ResolutionsAvailable>"
            for w, h in ((1920, 1080), (1280, 720), (704, 576), (640, 360))
        )
        if self.media == "tr2":
            return "".join(
                f'<m:Options GovLengthRange="1 400" FrameRatesSupported="15 25"><tt:Encoding>{codec}</tt:Encoding>{sizes}</m:Options>'
                for codec in ("H264", "H265")
            )
        return f"<m:Options><tt:H264>{sizes}<tt:GovLengthRange><tt:Min>1</tt:Min><tt:Max>400</tt:Max></tt:GovLengthRange></tt:H264></m:Options>"

    def set_encoder(self, body: ET.Element) -> str:
        sent = next(one for one in body.iter() if one.tag.endswith("}Configuration"))
        text = ET.tostring(sent, encoding="unicode")
        if self.refuses and re.search(self.refuses, text):
            raise Complaint("ConfigModify", f"value not possible for {USER} at http://{USER}:{PASSWORD}@here/")
        told = {one.tag.rpartition("}")[2]: one.text or "" for one in sent.iter()}
        one = self.streams[sent.attrib["token"].removeprefix("enc-")]
        if not self.lies:
            one.codec, one.width, one.height = told["Encoding"], int(told["Width"]), int(told["Height"])
            one.gop = int(sent.attrib.get("GovLength") or told.get("GovLength") or 0)
            one.constant = 'ConstantBitRate="true"' in text
        return ""

    def uri(self, scheme: str, port: int, path: str) -> str:
        found = f"{scheme}://{self.stream_host or '127.0.0.1'}:{port}{path}"
        return f"<m:Uri>{found}</m:Uri>" if self.media == "tr2" else f"<m:MediaUri><tt:Uri>{found}</tt:Uri></m:MediaUri>"


class Complaint(Exception):
    """A SOAP fault: its subcode and words."""


class Door(BaseHTTPRequestHandler):
    camera: Camera

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        camera = self.camera
        if camera.moved_to:
            self.send_response(307)
            self.send_header("Location", camera.moved_to)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        envelope = ET.fromstring(content)  # noqa: S314 - a test asked
        body = next(one for one in envelope if one.tag.endswith("}Body"))[0]
        name = body.tag.rpartition("}")[2]
        camera.log.append(name)
        camera.bodies.append(content.decode())
        time.sleep(camera.waits_s)
        try:
            open_to_all = name == "GetSystemDateAndTime" and not camera.hides_clock
            told = camera.do(name, body) if open_to_all or camera.knows(envelope) else camera.reject()
            space = body.tag[1:].partition("}")[0]
            self._say(200, f'<m:{name}Response xmlns:m="{space}">{told}</m:{name}Response>')
        except Complaint as complaint:
            code, words = complaint.args
            subcode = f'<s:Subcode><s:Value xmlns:ter="http://www.onvif.org/ver10/error">ter:{code}</s:Value></s:Subcode>'
            reason = f'<s:Reason><s:Text xml:lang="en">{words}</s:Text></s:Reason>'
            self._say(400, f"<s:Fault><s:Code><s:Value>s:Sender</s:Value>{subcode}</s:Code>{reason}</s:Fault>")

    def do_GET(self) -> None:
        """The snapshot, behind HTTP digest."""
        self.camera.log.append("GET")
        told = dict(re.findall(r'(\w+)="?([^",]+)"?', self.headers.get("Authorization", "")))

        def md5(*parts: str) -> str:
            return hashlib.md5(":".join(parts).encode()).hexdigest()  # noqa: S324 - HTTP digest says so

        right = md5(md5(USER, "cam", PASSWORD), "n", told.get("nc", ""), told.get("cnonce", ""), "auth", md5("GET", self.path))
        if told.get("response") != right:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Digest realm="cam", nonce="n", qop="auth", algorithm=MD5')
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        picture = cv2.imencode(".jpg", np.full((180, 320, 3), 200, np.uint8))[1].tobytes()
        self.send_response(200)
        self.send_header("Content-Length", str(len(picture)))
        self.end_headers()
        self.wfile.write(picture)

    def _say(self, status: int, inside: str) -> None:
        spaces = f'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tt="{TT}" xmlns:tds="{DEVICE}"'
        content = f"<?xml version='1.0'?><s:Envelope {spaces}><s:Body>{inside}</s:Body></s:Envelope>".encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/soap+xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.camera.drips:
            for byte in content:
                self.wfile.write(bytes([byte]))
                time.sleep(1)
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Silence."""


class Quiet(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Who asked went away."""


@contextmanager
def standing(camera: Camera) -> Iterator[Camera]:
    """The camera on a port of its own, until the block ends."""
    server = Quiet(("127.0.0.1", 0), type("Here", (Door,), {"camera": camera}))
    camera.port = server.server_port
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield camera
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def announced(*cameras: str, group: str | None = None) -> Iterator[tuple[str, int]]:
    """Answers WS-Discovery with these addresses on a UDP port of loopback; where `group` is given, as a member of that multicast group."""
    heard = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    heard.bind(("" if group else "127.0.0.1", 0))
    heard.settimeout(0.1)
    if group:
        heard.setsockopt(
            socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, struct.pack("4s4s", socket.inet_aton(group), socket.inet_aton("127.0.0.1"))
        )
    over = threading.Event()
    thread = threading.Thread(target=_answer, args=(heard, cameras, over), daemon=True)
    thread.start()
    try:
        yield group or "127.0.0.1", heard.getsockname()[1]
    finally:
        over.set()
        thread.join()
        heard.close()


def _answer(heard: socket.socket, cameras: tuple[str, ...], over: threading.Event) -> None:
    while not over.is_set():
        try:
            question, asker = heard.recvfrom(65_507)
        except TimeoutError:
            continue
        if b"NetworkVideoTransmitter" not in question:
            continue
        for number, address in enumerate(cameras):
            heard.sendto(b"not xml", asker)
            match = (
                f"<d:ProbeMatch><a:EndpointReference><a:Address>urn:uuid:{number}</a:Address></a:EndpointReference>"
                "<d:Scopes>onvif://www.onvif.org/name/C%E1%BB%95ng onvif://www.onvif.org/hardware/T-1</d:Scopes>"
                f"<d:XAddrs>{address}</d:XAddrs></d:ProbeMatch>"
            )
            spaces = (
                'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
                ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
            )
            said = f"<s:Envelope {spaces}><s:Body><d:ProbeMatches>{match}</d:ProbeMatches></s:Body></s:Envelope>"
            heard.sendto(said.encode(), asker)
            heard.sendto(said.encode(), asker)
