"""One talk with a camera: `python -m edge.devices.onvif.worker` reads what to do on standard input and prints one line of JSON.

A process of its own, so that a camera that never answers, or answers for ever, is ended with it. The password comes by standard
input and stands in no command line; nothing that is printed holds it but the stream's address, which the asker seals.

{"do": "find" | "read" | "stream" | "set" | "time" | "keyframe" | "snapshot", "address", "user", "password", ...}
answers {"ok": true, ...} or {"ok": false, "code": a Fault, "facts": {...}}.
"""

import base64
import json
import os
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from itertools import groupby
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from edge.devices.onvif import discovery
from edge.devices.onvif.camera import OnvifCamera
from edge.devices.onvif.encoder import Change, by_size, changes
from edge.devices.onvif.faults import Failed, Fault

DEADLINE_S = 20.0
ASK_MAX = 200_000
Ask = dict[str, Any]


def answer(ask: Ask) -> dict[str, Any]:
    """Do it. Every failure of the camera is a code and facts."""
    try:
        if ask["do"] == "find":
            return {"ok": True, "found": [asdict(one) for one in _find(ask)]}
        camera = OnvifCamera(ask["address"], ask["user"], ask["password"])
        camera.open()
        return {"ok": True, **_DEEDS[ask["do"]](camera, ask)}
    except Failed as failed:
        return {"ok": False, "code": failed.fault.value, "facts": failed.facts}


def main() -> int:
    """Answer the first line of standard input. Exit status 0 whatever the camera does."""
    ask = json.loads(sys.stdin.readline(ASK_MAX))
    guard = threading.Timer(DEADLINE_S, _give_up, (ask.get("address", ""),))
    guard.daemon = True
    guard.start()
    _print(answer(ask))
    return 0


def _find(ask: Ask) -> list[discovery.Found]:
    to = tuple(ask["to"]) if "to" in ask else discovery.GROUP
    return discovery.find(ask.get("seconds", discovery.LISTEN_S), to, ask.get("interfaces"))


def _read(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    encoders = camera.encoders()
    return {
        "device": camera.information(),
        "skew_s": None if camera.soap.skew is None else round(camera.soap.skew.total_seconds()),
        "profiles": [asdict(one) | {"gop_s": one.gop_s and round(one.gop_s, 1)} for one in by_size(encoders)],
        "changes": [asdict(one) for one in changes(encoders)],
        "paths": {one.profile: _path(camera.stream(one.profile)) for one in encoders} if ask.get("paths") else {},
    }


def _path(url: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(("", "", parts.path, parts.query, ""))


def _stream(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    return {"url": camera.stream(ask["profile"])}


def _set(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    """Set what was agreed to and is still wanted; then read again, and say what the camera refused or only seemed to take."""
    encoders = camera.encoders()
    configurations = {one.profile: one.configuration for one in encoders}
    agreed = {(one["profile"], one["what"], one["wanted"]) for one in ask["agreed"]}
    wanted = [change for change in changes(encoders) if (change.profile, change.what, change.wanted) in agreed]
    refused = []
    for configuration, group in groupby(wanted, lambda change: configurations[change.profile]):
        refused += _set_one(camera, configuration, list(group))
    read = _read(camera, ask)
    left = {(one["profile"], one["what"]) for one in read["changes"]}
    told = {(one["profile"], one["what"]) for one in refused}
    refused += [_refusal(one, Failed(Fault.NOT_TAKEN)) for one in wanted if (one.profile, one.what) in left - told]
    return read | {"refused": refused}


def _set_one(camera: OnvifCamera, configuration: str, wanted: list[Change]) -> list[dict[str, Any]]:
    """All at once; when the camera does not like that, one by one, so that one refusal does not keep the others."""
    try:
        camera.set(configuration, wanted)
    except Failed as failed:
        if failed.fault is not Fault.REFUSED or len(wanted) == 1:
            return [_refusal(one, failed) for one in wanted]
        return [refusal for one in wanted for refusal in _set_one(camera, configuration, [one])]
    return []


def _refusal(change: Change, failed: Failed) -> dict[str, Any]:
    return {"profile": change.profile, "what": change.what, "code": failed.fault.value, "facts": failed.facts}


def _time(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    camera.set_time()
    return _read(camera, ask)


def _keyframe(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    camera.keyframe(ask["profile"])
    return {}


def _snapshot(camera: OnvifCamera, ask: Ask) -> dict[str, Any]:
    """Masked and made smaller before it leaves this process."""
    import cv2  # noqa: PLC0415 - only this deed needs pictures
    import numpy as np  # noqa: PLC0415

    from cameras.watch.evidence import jpeg  # noqa: PLC0415
    from cameras.watch.plan import masks_of  # noqa: PLC0415
    from cameras.watch.veil import Veil  # noqa: PLC0415

    picture = cv2.imdecode(np.frombuffer(camera.snapshot(ask["profile"]), np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        raise Failed(Fault.REFUSED, what="snapshot", words="no JPEG")
    shown = Veil(masks_of(ask.get("masks", []))).over(np.asarray(picture, np.uint8))
    height, width = shown.shape[:2]
    return {"jpeg_base64": base64.b64encode(jpeg(shown, 80)).decode(), "width": width, "height": height}


_DEEDS: dict[str, Callable[[OnvifCamera, Ask], dict[str, Any]]] = {
    "read": _read,
    "stream": _stream,
    "set": _set,
    "time": _time,
    "keyframe": _keyframe,
    "snapshot": _snapshot,
}


def _give_up(address: str) -> None:
    host = address.partition("://")[2].partition("/")[0].partition(":")[0]
    _print({"ok": False, "code": Fault.SILENT.value, "facts": {"host": host, "seconds": DEADLINE_S}})
    os._exit(0)


def _print(told: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
