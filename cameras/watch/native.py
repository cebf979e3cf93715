"""How FFmpeg is asked to open an address, and what its errors are called here."""

import errno
from typing import Any

import av.error

from cameras.domain.errors import Code, Refusal
from cameras.watch.address import is_stream, scrubbed


def options(url: str, wait_s: float) -> dict[str, str]:
    """With which an address is opened; `wait_s`: of silence."""
    if not is_stream(url):
        return {"protocol_whitelist": "file,crypto,data"}
    micros = str(int(wait_s * 1_000_000 / 2))  # the demuxer hands out what it holds after one wait, and gives up after the second
    return {
        "rtsp_transport": "tcp",
        "timeout": micros,
        "protocol_whitelist": "rtsp,rtsps,rtp,srtp,tcp,tls,udp,crypto",
        "analyzeduration": "3000000",
        "fpsprobesize": "3",
        "fflags": "+discardcorrupt",
    }


_BY_ERRNO = {
    errno.ECONNREFUSED: Code.REFUSED,
    errno.ETIMEDOUT: Code.TIMEOUT,
    errno.EAGAIN: Code.TIMEOUT,
    errno.ENOENT: Code.FILE_MISSING,
    errno.EACCES: Code.UNAUTHORISED,
}


def refusal(error: av.error.FFmpegError, *, live: bool, reading: bool = False) -> Refusal:
    """The closed code of a native error, with the library's last words, scrubbed."""
    log: Any = getattr(error, "log", None)
    words = log[2] if log else error.strerror
    facts = {"last_words": scrubbed(str(words or error))[:300]}
    by_type: tuple[tuple[type[BaseException], Code], ...] = (
        (av.error.HTTPUnauthorizedError, Code.UNAUTHORISED),
        (av.error.HTTPForbiddenError, Code.UNAUTHORISED),
        (av.error.HTTPNotFoundError, Code.NOT_FOUND),
        (av.error.ExitError, Code.TIMEOUT),
        (av.error.TimeoutError, Code.TIMEOUT),
    )
    for kind, code in by_type:
        if isinstance(error, kind):
            return Refusal(code, facts)
    if not live:
        return Refusal(Code.PARTLY_BROKEN if reading else _BY_ERRNO.get(error.errno or 0, Code.NOT_A_VIDEO), facts)
    return Refusal(_BY_ERRNO.get(error.errno or 0, Code.STREAM_LOST if reading else Code.UNREACHABLE), facts)
