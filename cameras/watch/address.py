"""Addresses of cameras, and how they are shown: never with a password."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from cameras.domain.errors import Code, Refusal

STREAMS = ("rtsp", "rtsps")
_USER = re.compile(r"(?i)\b([a-z][a-z0-9+.-]*://)[^\s'\"]*@")
"""To the last @ of the word: passwords hold anything, also @ and /."""
_SECRET = re.compile(r"(?i)\b(pass(?:word|wd)?|pwd|token|key|auth|user(?:name)?)=[^&\s'\"]+")


def scrubbed(text: str) -> str:
    """`text` without what stands before an @ in an address and without secrets in its query. For logs, facts and pages."""
    return _SECRET.sub(r"\1=***", _USER.sub(r"\1", text))


def is_stream(url: str) -> bool:
    """True for rtsp:// and rtsps://; everything else is a file."""
    return url.partition("://")[0].lower() in STREAMS and "://" in url


def checked(url: str) -> str:
    """The address as FFmpeg takes it: an RTSP URL, or the path of a file with content. Raises Refusal with a closed code."""
    url = url.strip()
    if is_stream(url):
        return _checked_stream(url)
    if "://" in url and not url.startswith("file://"):
        raise Refusal(Code.BAD_ADDRESS, {"address": scrubbed(url)})
    path = Path(url.removeprefix("file://"))
    try:
        if not path.is_file():
            raise Refusal(Code.FILE_MISSING, {"file": path.name})
        if path.stat().st_size == 0:
            raise Refusal(Code.FILE_EMPTY, {"file": path.name})
    except (OSError, ValueError) as error:
        raise Refusal(Code.FILE_MISSING, {"file": path.name}) from error
    return f"file:{path}"


def _checked_stream(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(mark <= " " for mark in url):
        raise Refusal(Code.BAD_ADDRESS, {"address": scrubbed(url)})
    return url
