"""One ONVIF camera: what it is, what it streams, how its encoder is set. Media2 (profile T) where it has it, Media otherwise."""

import copy
import socket
from datetime import UTC, datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit
from xml.etree import ElementTree as ET

from edge.devices.onvif.encoder import Change, Encoder
from edge.devices.onvif.faults import Failed, Fault
from edge.devices.onvif.soap import NAMES, Soap, child, children, element, text

RTSP_PORT = 554


class OnvifCamera:
    """`open` first. Every method raises Failed. `address`: of the device service, http(s)://host[:port]/path."""

    def __init__(self, address: str, user: str, password: str) -> None:
        self.address, self.host = address, urlsplit(address).hostname or ""
        self.soap = Soap(user, password)
        self.media = ""
        """Prefix of the media service that is spoken: tr2 or trt."""
        self._services: dict[str, str] = {}

    def open(self) -> None:
        """Read its clock, then its services. It has taken the password when this returns."""
        self.soap.skew = self._skew()
        self.information()
        self._services = self._list_services()
        self.media = "tr2" if NAMES["tr2"] in self._services else "trt"
        if NAMES[self.media] not in self._services:
            raise Failed(Fault.NOT_ONVIF, host=self.host)

    def information(self) -> dict[str, str]:
        """Manufacturer, model, firmware."""
        said = self._device(element("tds:GetDeviceInformation"))
        return {key: text(said, tag)[:80] for key, tag in (("maker", "Manufacturer"), ("model", "Model"), ("firmware", "FirmwareVersion"))}

    def encoders(self) -> list[Encoder]:
        """Every profile that streams video."""
        body = element("tr2:GetProfiles", element("tr2:Type", "VideoEncoder")) if self.media == "tr2" else element("trt:GetProfiles")
        profiles = children(self._ask(body), "Profiles")
        return [self._encoder(profile, one) for profile in profiles if (one := self._configuration(profile)) is not None]

    def stream(self, profile: str) -> str:
        """The RTSP address of a profile, over TCP, with name and password in it."""
        if self.media == "tr2":
            body = element("tr2:GetStreamUri", element("tr2:Protocol", "RTSP"), element("tr2:ProfileToken", profile))
        else:
            transport = element("tt:Transport", element("tt:Protocol", "RTSP"))
            setup = element("trt:StreamSetup", element("tt:Stream", "RTP-Unicast"), transport)
            body = element("trt:GetStreamUri", setup, element("trt:ProfileToken", profile))
        told = self._uri(self._ask(body))
        parts = urlsplit(told)
        if parts.scheme not in ("rtsp", "rtsps"):
            raise Failed(Fault.REFUSED, what="stream", words=parts.scheme[:20])
        user = f"{quote(self.soap.user, safe='')}:{quote(self.soap.password, safe='')}@" if self.soap.user else ""
        return urlunsplit((parts.scheme, f"{user}{self._netloc(parts.port or RTSP_PORT)}", parts.path, parts.query, ""))

    def snapshot(self, profile: str) -> bytes:
        """A picture as the camera makes it, JPEG."""
        picture = self.soap.fetch(
            self._uri(self._ask(element(f"{self.media}:GetSnapshotUri", element(f"{self.media}:ProfileToken", profile))))
        )
        if not picture.startswith(b"\xff\xd8"):
            raise Failed(Fault.REFUSED, what="snapshot", words="no JPEG")
        return picture

    def keyframe(self, profile: str) -> None:
        """The next picture of this profile is a keyframe."""
        self._ask(element(f"{self.media}:SetSynchronizationPoint", element(f"{self.media}:ProfileToken", profile)))

    def set_time(self) -> None:
        """Its clock to ours, UTC. It no longer asks a time server: the one it asked did not keep it right."""
        now = datetime.now(UTC)
        time = element(
            "tt:Time",
            *(element(f"tt:{name}", str(value)) for name, value in (("Hour", now.hour), ("Minute", now.minute), ("Second", now.second))),
        )
        date = element(
            "tt:Date", *(element(f"tt:{name}", str(value)) for name, value in (("Year", now.year), ("Month", now.month), ("Day", now.day)))
        )
        kind, summer = element("tds:DateTimeType", "Manual"), element("tds:DaylightSavings", "false")
        self._device(element("tds:SetSystemDateAndTime", kind, summer, element("tds:UTCDateTime", time, date)))
        self.soap.skew = self._skew()

    def set(self, configuration: str, wanted: list[Change]) -> None:
        """Change one encoder configuration: the camera's own words with these values in them. What it does not name is left."""
        body = element("tr2:GetProfiles", element("tr2:Type", "VideoEncoder")) if self.media == "tr2" else element("trt:GetProfiles")
        for profile in children(self._ask(body), "Profiles"):
            found = self._configuration(profile)
            if found is not None and found.get("token") == configuration:
                told = self._changed(found, wanted)
                last = () if self.media == "tr2" else (element("trt:ForcePersistence", "true"),)
                self._ask(element(f"{self.media}:SetVideoEncoderConfiguration", told, *last))
                return
        raise Failed(Fault.NOT_TAKEN, what="encoder")

    def _changed(self, found: ET.Element, wanted: list[Change]) -> ET.Element:
        told = copy.deepcopy(found)
        told.tag = f"{{{NAMES[self.media]}}}Configuration"
        for change in sorted(wanted, key=lambda one: one.what):  # the codec first: where the group's length stands depends on it
            {"codec": _set_codec, "gop": _set_gop, "rate": _set_rate, "size": _set_size}[change.what](told, change.wanted)
        return told

    def _encoder(self, profile: ET.Element, found: ET.Element) -> Encoder:
        configuration, token = found.get("token", ""), profile.get("token", "")
        codec, options = text(found, "Encoding").upper(), self._options(configuration, token)
        gop = found.get("GovLength") or text(found, "H264", "GovLength") or text(found, "MPEG4", "GovLength")
        rate = child(found, "RateControl")
        constant = rate.get("ConstantBitRate") if rate is not None else None
        same = next((one for one in options if one[0] == codec), options[0] if options else ("", (), (1, 1000)))
        return Encoder(
            profile=token,
            name=(text(profile, "Name") or token)[:60],
            configuration=configuration,
            codec=codec,
            width=_number(text(found, "Resolution", "Width")),
            height=_number(text(found, "Resolution", "Height")),
            fps=_decimal(text(found, "RateControl", "FrameRateLimit")),
            gop=_number(gop) or None,
            kbps=_number(text(found, "RateControl", "BitrateLimit")) or None,
            constant=None if constant is None else constant == "true",
            codecs=tuple(one[0] for one in options),
            sizes=same[1],
            gops=same[2],
        )

    def _options(self, configuration: str, profile: str) -> list[tuple[str, tuple[tuple[int, int], ...], tuple[int, int]]]:
        """For each codec: sizes offered, and shortest and longest group of pictures. Empty when the camera does not say."""
        media = self.media
        body = element(
            f"{media}:GetVideoEncoderConfigurationOptions",
            element(f"{media}:ConfigurationToken", configuration),
            element(f"{media}:ProfileToken", profile),
        )
        try:
            told = self._ask(body)
        except Failed as failed:
            if failed.fault in (Fault.REFUSED, Fault.NOT_ONVIF):
                return []
            raise
        if media == "tr2":
            return [
                (text(one, "Encoding").upper(), _sizes(one), _range(one.get("GovLengthRange", ""))) for one in children(told, "Options")
            ]
        options = child(told, "Options")
        found = [] if options is None else [(name, one) for name in ("H264", "MPEG4", "JPEG") if (one := child(options, name)) is not None]
        return [
            (name, _sizes(one), _range(f"{text(one, 'GovLengthRange', 'Min')} {text(one, 'GovLengthRange', 'Max')}")) for name, one in found
        ]

    def _configuration(self, profile: ET.Element) -> ET.Element | None:
        return child(profile, "Configurations", "VideoEncoder") if self.media == "tr2" else child(profile, "VideoEncoderConfiguration")

    def _skew(self) -> timedelta | None:
        """How far its clock is ahead of ours; None when it does not tell without a password."""
        try:
            said = self._device(element("tds:GetSystemDateAndTime"), signed=False)
        except Failed as failed:
            if failed.fault in (Fault.PASSWORD, Fault.REFUSED):
                return None
            raise
        told = child(said, "SystemDateAndTime", "UTCDateTime")
        if told is None:
            return None
        date = [_number(text(told, "Date", name)) for name in ("Year", "Month", "Day")]
        time = [_number(text(told, "Time", name)) for name in ("Hour", "Minute", "Second")]
        try:
            return datetime(date[0], date[1], date[2], time[0], time[1], min(time[2], 59), tzinfo=UTC) - datetime.now(UTC)
        except ValueError:
            return None

    def _list_services(self) -> dict[str, str]:
        """Namespace -> address, each on the camera's own host whatever host it names."""
        try:
            said = self._device(element("tds:GetServices", element("tds:IncludeCapability", "false")))
        except Failed as failed:
            if failed.fault is not Fault.REFUSED:
                raise
            old = self._device(element("tds:GetCapabilities", element("tds:Category", "Media")))
            return {NAMES["trt"]: self._own(address)} if (address := text(old, "Capabilities", "Media", "XAddr")) else {}
        return {text(one, "Namespace"): self._own(text(one, "XAddr")) for one in children(said, "Service")}

    def _own(self, address: str) -> str:
        parts, own = urlsplit(address), urlsplit(self.address)
        if parts.hostname == own.hostname and parts.scheme in ("http", "https"):
            return address
        return urlunsplit((own.scheme, own.netloc, parts.path, parts.query, ""))

    def _uri(self, said: ET.Element) -> str:
        """An address that the camera names. FOREIGN when it is another machine's."""
        told = text(said, "Uri") or text(said, "MediaUri", "Uri")
        try:
            host, _port = urlsplit(told).hostname or "", urlsplit(told).port
        except ValueError:
            raise Failed(Fault.REFUSED, what="stream", words="") from None
        if host != self.host and not _addresses(host) & _addresses(self.host):
            raise Failed(Fault.FOREIGN, host=self.host, other=host[:80])
        parts = urlsplit(told)
        return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, parts.query, ""))

    def _netloc(self, port: int) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if port == RTSP_PORT else f"{host}:{port}"

    def _device(self, body: ET.Element, *, signed: bool = True) -> ET.Element:
        return self.soap.ask(self.address, body, signed=signed)

    def _ask(self, body: ET.Element) -> ET.Element:
        return self.soap.ask(self._services[NAMES[self.media]], body)


def _set_codec(told: ET.Element, wanted: str) -> None:
    _put(told, wanted, "Encoding")
    if told.get("Profile") is not None:
        told.set("Profile", "Main")
    elif told.get("GovLength") is None and child(told, "H264") is None:
        place = next((index for index, one in enumerate(told) if one.tag.endswith("}Multicast")), len(told))
        told.insert(place, element("tt:H264", element("tt:GovLength", "30"), element("tt:H264Profile", "Main")))


def _set_gop(told: ET.Element, wanted: str) -> None:
    if told.get("GovLength") is not None:
        told.set("GovLength", wanted)
    else:
        _put(told, wanted, "H264", "GovLength")


def _set_rate(told: ET.Element, _wanted: str) -> None:
    rate = child(told, "RateControl")
    if rate is not None:
        rate.set("ConstantBitRate", "false")


def _set_size(told: ET.Element, wanted: str) -> None:
    width, _, height = wanted.partition("x")
    _put(told, width, "Resolution", "Width")
    _put(told, height, "Resolution", "Height")


def _put(told: ET.Element, value: str, *path: str) -> None:
    found = child(told, *path)
    if found is not None:
        found.text = value


def _sizes(options: ET.Element) -> tuple[tuple[int, int], ...]:
    return tuple((_number(text(one, "Width")), _number(text(one, "Height"))) for one in children(options, "ResolutionsAvailable"))


def _range(told: str) -> tuple[int, int]:
    numbers = [_number(one) for one in told.split()]
    return (min(numbers), max(numbers)) if numbers and max(numbers) > 0 else (1, 1000)


def _number(told: str) -> int:
    return round(_decimal(told))


def _decimal(told: str) -> float:
    try:
        return min(max(float(told), 0.0), 1e6)
    except (ValueError, OverflowError):
        return 0.0


def _addresses(host: str) -> set[str]:
    """What a host's name stands for. Nothing for none: two unknown hosts are not the same."""
    try:
        return {str(found[4][0]) for found in socket.getaddrinfo(host, None)} if host else set()
    except (OSError, UnicodeError):
        return set()
