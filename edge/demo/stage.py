"""Sets the demo's stage over the node's own doors: accounts, connectors, cameras, a council session, enrolled tablets."""

import secrets
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from edge.demo import commune
from edge.demo.calls import Caller, Node
from edge.demo.keypad import Keypad
from edge.demo.panel import State
from edge.demo.tablet import Tablet

Progress = Callable[[str, float], None]
"""Told what is being done and the share of it, 0..1."""
ADMINISTRATOR, SECRETARY, CHAIR, OFFICER = "admin", "thuky", "chutoa", "moitruong"
"""Login names of the first start."""


@dataclass
class Stage:
    """Everything that is on stage. Callers are signed in."""

    node: Node
    passwords: dict[str, str]
    staff: dict[str, Caller]
    meeting: str = ""
    items: list[str] = field(default_factory=list)
    motion: str = ""
    election: str = ""
    """The secret election of the demo, in draft."""
    pins: dict[str, str] = field(default_factory=dict)
    """Seat id -> PIN."""
    badges: dict[str, str] = field(default_factory=dict)
    """Seat id -> content of the badge."""
    cameras: dict[str, str] = field(default_factory=dict)
    """Scene name -> camera id."""
    tablets: dict[str, Tablet] = field(default_factory=dict)
    """Seat id -> simulated tablet."""

    @property
    def admin(self) -> Caller:
        """The administrator."""
        return self.staff[ADMINISTRATOR]

    @property
    def secretary(self) -> Caller:
        """The secretary."""
        return self.staff[SECRETARY]

    @property
    def chair(self) -> Caller:
        """The chair."""
        return self.staff[CHAIR]

    @property
    def officer(self) -> Caller:
        """The environment officer."""
        return self.staff[OFFICER]

    def close(self) -> None:
        """Switch the tablets off and drop the sessions' connections."""
        for tablet in self.tablets.values():
            tablet.close()
        for caller in self.staff.values():
            caller.close()


def staff(node: Node, once: dict[str, str], own: dict[str, str]) -> dict[str, Caller]:
    """Sign everybody in with the one-time password of the first start and replace it, as the first page asks."""
    signed_in = {}
    for name, password in once.items():
        caller = Caller.signed_in(node, name=name, password=password)
        account = caller.get("/api/session")["account"]
        caller.post(f"/api/accounts/{account}/password", {"present": password, "new": own[name]})
        signed_in[name] = Caller.signed_in(node, name=name, password=own[name])
        caller.close()
    return signed_in


def new_password() -> str:
    """Four groups of letters and digits that are easy to type from a screen."""
    letters = "abcdefghkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def connect_inbox(stage: Stage, url: str, secret: str) -> None:
    """Report confirmed cases to the commune's inbox in both forms."""
    kinds: dict[str, dict[str, str]] = {"webhook": {}, "open311": {"service_code": "dumping"}}
    for kind, options in kinds.items():
        connector = {"kind": kind, "name": f"Hộp nhận ({kind})", "url": f"{url}/{kind}", "secret": secret, "options": options}
        stage.admin.post("/api/connectors", connector)


def add_cameras(stage: Stage, clips: dict[str, Path]) -> None:
    """The demo's cameras, played from files at their own pace."""
    for scene, path in clips.items():
        made = stage.admin.post("/api/cameras", {"name": commune.CAMERAS[scene], "url": path.resolve().as_uri()})
        stage.cameras[scene] = made["id"]


def convene(stage: Stage) -> None:
    """Prepare the council session: plan, members, agenda with papers, the motion in draft, PINs."""
    made = stage.secretary.post(
        "/api/meetings",
        {
            "title": commune.TITLE,
            "body": commune.BODY,
            "place": commune.PLACE,
            "starts_at": (datetime.now(UTC) + timedelta(minutes=1)).isoformat(),
        },
    )
    stage.meeting = made["id"]
    base = f"/api/meetings/{stage.meeting}"
    seats = commune.plan()
    plan = [{"id": seat.id, "label": seat.label, "x": seat.x, "y": seat.y} for seat in seats]
    stage.secretary.put(f"{base}/plan", {"width": commune.PLAN_WIDTH, "height": commune.PLAN_HEIGHT, "seats": plan})
    offices = {0: "Chủ tịch HĐND", 1: "Phó Chủ tịch HĐND"}
    members = [{"name": commune.member_name(i), "office": offices.get(i, "Đại biểu"), "seat": seat.id} for i, seat in enumerate(seats)]
    stage.secretary.post(f"{base}/members", members)
    for item in commune.AGENDA:
        made = stage.secretary.post(f"{base}/items", {"title": item.title, "minutes": item.minutes})
        stage.items.append(made["id"])
        for paper in item.papers:
            stage.secretary.upload(f"{base}/items/{made['id']}/documents", pdf=paper.pdf(), title=paper.title)
    motion = {"item": stage.items[2], "title": commune.MOTION_TITLE, "text": commune.MOTION_TEXT}
    stage.motion = stage.secretary.post(f"{base}/motions", motion)["id"]
    cards = stage.secretary.post(f"{base}/pins")
    stage.pins = {line["seat"]: line["pin"] for line in cards}
    stage.badges = {line["seat"]: line["badge"] for line in cards}


def seat_tablet(stage: Stage, seat: str, label: str) -> Tablet:
    """Enrol one simulated tablet for a seat, accept it after comparing the short code, and check its member in."""
    tablet = Tablet(stage.node)
    _admit(stage, tablet, "tablet", seat=seat, label=label)
    tablet.connect()
    answer = tablet.check_in(stage.pins[seat])
    if not answer.ok:
        raise RuntimeError(f"{label}: check-in refused: {answer.code} {answer.facts}")
    return tablet


def seat_keypad(stage: Stage, seat: str, label: str, flash: Path) -> Keypad:
    """Enrol one simulated keypad for a seat, switch it on, and hold its member's badge to it."""
    keypad = Keypad(stage.node, flash)
    _admit(stage, keypad, "keypad", seat=seat, label=label)
    keypad.power_on()
    keypad.wait_for(State.BADGE)
    keypad.badge(stage.badges[seat])
    keypad.wait_for(State.IDLE, State.OPEN)
    return keypad


def _admit(stage: Stage, device: Tablet | Keypad, kind: str, *, seat: str, label: str) -> None:
    """The administrator orders the device, compares the short codes and accepts it."""
    order = {"kind": kind, "name": f"Máy {label}", "meeting": stage.meeting, "seat": seat}
    code = device.enrol(urlsplit(stage.admin.post("/api/enrolments", order)["url"]).fragment)
    shown = next(one for one in stage.admin.get("/api/devices") if one["id"] == device.device)
    if shown["code"] != code:
        raise RuntimeError(f"{label}: the two screens show different codes")
    stage.admin.post(f"/api/devices/{device.device}/accept", {"name": f"Máy {label}", "meeting": stage.meeting, "seat": seat})
    if not device.accepted():
        raise RuntimeError(f"{label}: accepted, but the device was not told")


def seat_tablets(stage: Stage, *, leave: str | None, progress: Progress) -> None:
    """Simulated tablets for all seats but the one labelled `leave`."""
    seats = [seat for seat in commune.plan() if seat.label != leave]
    with ThreadPoolExecutor(4) as pool:
        for done, (seat, tablet) in enumerate(zip(seats, _seated(pool, stage, seats), strict=True), 1):
            stage.tablets[seat.id] = tablet
            progress("tablets", done / len(seats))


def _seated(pool: ThreadPoolExecutor, stage: Stage, seats: list[commune.SeatAt]) -> Iterator[Tablet]:
    return pool.map(lambda seat: seat_tablet(stage, seat.id, seat.label), seats)
