"""Look at a camera once: `python -m cameras.watch.probe` reads an address on standard input and prints one line of JSON.

A second line may hold the camera's masks, as in a watcher's configuration: they are painted over the picture.

{"ok", "code", "facts", "width", "height", "fps", "codec", "jpeg_base64"}, within eight seconds whatever the camera does. The
address may hold a password, so it never stands in the command line; nothing that is printed holds it either.
"""

import base64
import json
import os
import sys
import threading
from collections.abc import Sequence
from typing import Any

from cameras.domain.areas import Mask
from cameras.domain.errors import Code, Refusal
from cameras.watch.plan import masks_of

DEADLINE_S = 8.0
PICTURE_PX = 640
ADDRESS_MAX, MASKS_MAX = 2000, 100_000


def probe(url: str, masks: Sequence[Mask] = ()) -> dict[str, Any]:
    """Open, decode one picture, close. Every failure is a code and facts."""
    from cameras.watch.stream import Stream, upright, upright_size  # noqa: PLC0415 - the deadline starts before the libraries load
    from cameras.watch.veil import Veil  # noqa: PLC0415

    veil = Veil(masks)
    stream = Stream(url, open_s=5.0, read_s=5.0)
    try:
        stream.open()
        for parcel in stream.parcels():
            for frame in stream.pictures(parcel):
                return _answer(stream.info, upright_size(frame), veil.over(upright(frame, PICTURE_PX)))
        for frame in stream.last_pictures():
            return _answer(stream.info, upright_size(frame), veil.over(upright(frame, PICTURE_PX)))
    except Refusal as refusal:
        return {"ok": False, "code": refusal.code.value, "facts": dict(refusal.facts)}
    finally:
        stream.close()
    return {"ok": False, "code": Code.NO_PICTURE.value, "facts": {}}


def main() -> int:
    """Probe the first line of standard input. Exit status 0 whatever is found."""
    guard = threading.Timer(DEADLINE_S, _give_up)
    guard.daemon = True
    guard.start()
    url, masks = sys.stdin.readline(ADDRESS_MAX).strip(), sys.stdin.readline(MASKS_MAX)
    answer = probe(url, masks_of(json.loads(masks)) if masks.strip() else ())
    guard.cancel()
    _print(answer)
    return 0


def _answer(info: Any, size: tuple[int, int], picture: Any) -> dict[str, Any]:
    from cameras.watch.evidence import jpeg  # noqa: PLC0415

    encoded = base64.b64encode(jpeg(picture, 75)).decode()
    found = {"width": size[0], "height": size[1], "fps": round(info.fps, 2), "codec": info.codec, "jpeg_base64": encoded}
    return {"ok": True, "code": None, "facts": {}, **found}


def _give_up() -> None:
    _print({"ok": False, "code": Code.TIMEOUT.value, "facts": {"seconds": DEADLINE_S}})
    os._exit(0)


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
