"""The only way out of the node: to configured hosts, over one checked address, without redirects.

1. The scheme is https, or http into a private network that the operator named. 2. The host is one that may be told.
3. Its name is looked up once, and every address it has must be allowed. 4. The connection goes to an address that was
checked (a name that changes meanwhile leads nowhere else), while the certificate is checked against the name.
5. A redirect is an error. 6. Answers are read up to a limit.
"""

import asyncio
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

import httpx

from edge.reporting.errors import Code, Refusal
from edge.reporting.settings import ReportingSettings

LARGEST_ANSWER = 64 * 1024
SAID = 300
"""Characters of a receiver's error that are kept for the operator."""


@dataclass(frozen=True)
class Request:
    """What is to be sent."""

    url: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True)
class Answer:
    """What came back. `retry_after_s` when the receiver asked for time."""

    status: int
    body: bytes
    retry_after_s: float | None = None

    @property
    def said(self) -> str:
        """The beginning of the body as text, for a person."""
        return " ".join(self.body.decode("utf-8", "replace").split())[:SAID]


class Egress:
    """Sends requests. Start before and stop after use."""

    def __init__(self, settings: ReportingSettings) -> None:
        self.settings = settings
        self._client: httpx.AsyncClient | None = None

    async def start(self) -> None:
        """Open the connection pool."""
        context = ssl.create_default_context()
        if self.settings.ca_file:
            context.load_verify_locations(self.settings.ca_file)
        limits = httpx.Limits(max_keepalive_connections=0)
        timeout = httpx.Timeout(self.settings.timeout_s)
        self._client = httpx.AsyncClient(verify=context, timeout=timeout, limits=limits, follow_redirects=False, trust_env=False)

    async def stop(self) -> None:
        """Close it."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def send(self, request: Request) -> Answer:
        """Send once. Raises Refusal with the codes of the way: HOST_NOT_ALLOWED ... REDIRECTED."""
        if self._client is None:
            raise Refusal(Code.UNREACHABLE, detail="stopped")
        url = check_url(request.url, self.settings)
        try:
            async with asyncio.timeout(self.settings.timeout_s):
                address = await self._checked_address(url)
                return await self._exchange(self._client, request, url, address)
        except (TimeoutError, httpx.TimeoutException) as error:
            raise Refusal(Code.TIMED_OUT, host=url.host, seconds=self.settings.timeout_s) from error
        except (httpx.TransportError, ssl.SSLError) as error:
            raise _unreachable(url.host, error) from error

    async def _checked_address(self, url: httpx.URL) -> str:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except OSError as error:
            raise Refusal(Code.NAME_UNKNOWN, host=url.host) from error
        addresses = [ip_address(str(entry[4][0])) for entry in found]
        for address in addresses:
            if not is_allowed(address, self.settings, plain=url.scheme == "http"):
                raise Refusal(Code.PRIVATE_ADDRESS, host=url.host, address=str(address))
        return str(addresses[0])

    async def _exchange(self, client: httpx.AsyncClient, request: Request, url: httpx.URL, address: str) -> Answer:
        built = client.build_request(
            request.method,
            url.copy_with(host=address),
            content=request.body or None,
            headers={**request.headers, "Host": url.netloc.decode()},
            extensions={"sni_hostname": url.host},
        )
        response = await client.send(built, stream=True)
        try:
            body = await _read(response)
        finally:
            await response.aclose()
        if response.is_redirect or 300 <= response.status_code < 400:
            raise Refusal(Code.REDIRECTED, host=url.host, status=response.status_code)
        return Answer(response.status_code, body, _retry_after(response.headers.get("retry-after")))


def check_url(text: str, settings: ReportingSettings) -> httpx.URL:
    """Steps 1 and 2, without asking any name server. Raises Refusal BAD_URL, HTTPS_NEEDED, HOST_NOT_ALLOWED, PRIVATE_ADDRESS."""
    try:
        url = httpx.URL(text)
    except httpx.InvalidURL as error:
        raise Refusal(Code.BAD_URL) from error
    if url.scheme not in {"http", "https"} or not url.host or url.userinfo:
        raise Refusal(Code.BAD_URL)
    if url.scheme == "http" and not settings.private_networks:
        raise Refusal(Code.HTTPS_NEEDED, host=url.host)
    if settings.hosts is not None and url.host not in settings.hosts:
        raise Refusal(Code.HOST_NOT_ALLOWED, host=url.host)
    literal = _literal(url.host)
    if literal is not None and not is_allowed(literal, settings, plain=url.scheme == "http"):
        raise Refusal(Code.PRIVATE_ADDRESS, host=url.host, address=str(literal))
    return url


def is_allowed(address: IPv4Address | IPv6Address, settings: ReportingSettings, *, plain: bool) -> bool:
    """Public addresses over https; others, and plain http, only inside the named private networks."""
    mapped = getattr(address, "ipv4_mapped", None)
    real = mapped if mapped is not None else address
    if any(real.version == network.version and real in network for network in settings.private_networks):
        return True
    return real.is_global and not real.is_multicast and not plain


def _literal(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for part in response.aiter_bytes():
        body += part
        if len(body) >= LARGEST_ANSWER:
            break
    return bytes(body[:LARGEST_ANSWER])


def _retry_after(header: str | None) -> float | None:
    """Seconds; the date form is rare and then our own waiting does."""
    return float(header) if header is not None and header.isdigit() else None


def _unreachable(host: str, error: Exception) -> Refusal:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Refusal(Code.BAD_CERTIFICATE, host=host, detail=cause.verify_message)
        cause = cause.__cause__ or cause.__context__
    return Refusal(Code.UNREACHABLE, host=host, detail=type(error).__name__)
