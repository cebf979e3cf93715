"""The browser's and the watchers' HTTP doors, one router per right."""

import base64
import binascii
import re
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import FileResponse, JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from broker.identity import ID_PATTERN
from cameras.desk import days, months
from cameras.desk.budget import Budget
from cameras.desk.custody import BLOCK, Place
from cameras.desk.ledger import Ledger
from cameras.desk.links import Link
from cameras.desk.models import (
    BudgetAsk,
    Budgets,
    Kept,
    LedgerDay,
    LedgerMonth,
    LedgerWeek,
    SightingBrief,
    SightingWhole,
    Stored,
    Summary,
    VerdictAsk,
)
from cameras.desk.pins import Keeping
from cameras.desk.ports import Account
from cameras.desk.service import File, SightingDesk
from cameras.desk.store import Wanted
from cameras.domain.cases import OPEN, Person, State
from cameras.domain.errors import Code, Refusal

PersonMaker = Callable[..., Callable[..., Any]]

STATUS: dict[str, int] = {
    Code.NO_SUCH_SIGHTING: 404,
    Code.NO_SUCH_FILE: 404,
    Code.ALREADY_JUDGED: 409,
    Code.CHANGED_MEANWHILE: 409,
    Code.REASON_NEEDED: 422,
    Code.REASON_UNWANTED: 422,
    Code.NOTHING_TO_UNDO: 409,
    Code.NOT_YOURS: 403,
    Code.TOO_LATE: 409,
    Code.NOT_REPORTED: 409,
    Code.UNKNOWN_CAMERA: 404,
    Code.BAD_NAME: 422,
    Code.DIGEST_NEEDED: 400,
    Code.DIGEST_WRONG: 422,
    Code.OTHER_CONTENT: 409,
    Code.OFFSET_WRONG: 416,
    Code.TOO_LARGE: 413,
    Code.DISK_FULL: 507,
    Code.EVIDENCE_ALTERED: 500,
    Code.LINK_EXPIRED: 410,
    Code.LINK_FOREIGN: 403,
}
"""HTTP status of each code that can reach a browser or a watcher."""

MEDIA = {
    ".mp4": "video/mp4",
    ".jpg": "image/jpeg",
    ".json": "application/json",
    ".jws": "application/jose",
    ".npz": "application/octet-stream",
}
SightingId = Annotated[str, Path(pattern=ID_PATTERN)]


def routers(desk: SightingDesk, person: PersonMaker) -> list[APIRouter]:
    """All doors: readers, officers, watchers, and holders of a signed link."""
    return [
        *(_reading(desk, person), _judging(desk, person), _evidence(desk, person), _shared(desk)),
        *(_ledger(Ledger(desk.house), person), _budget(desk.budget, person), _keeping(desk.keeping, person)),
    ]


def _reading(desk: SightingDesk, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/sightings", tags=["sightings"])
    may_read = Depends(person("officer", "auditor"))

    @router.get("")
    def list_sightings(
        wanted: Annotated[Wanted, Depends(_wanted)],
        who: Annotated[Account, may_read],
    ) -> list[SightingBrief]:
        return desk.queue(wanted, account=who.account)

    @router.get("/summary")
    def get_summary(who: Annotated[Account, may_read], day: date | None = None) -> Summary:  # noqa: ARG001 - the right is the point
        return desk.summary(day)

    @router.get("/{sighting}")
    def get_sighting(sighting: SightingId, who: Annotated[Account, may_read]) -> SightingWhole:
        return desk.whole(sighting, account=who.account)

    @router.get("/{sighting}/{name}", response_class=FileResponse)
    def get_file(sighting: SightingId, name: str, who: Annotated[Account, may_read]) -> FileResponse:  # noqa: ARG001 - the right is the point
        return _served(desk.file(sighting, name))

    return router


def _judging(desk: SightingDesk, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/sightings", tags=["sightings"])
    may_judge = Depends(person("officer"))

    @router.post("/{sighting}/look", status_code=204)
    def look(sighting: SightingId, who: Annotated[Account, may_judge]) -> None:
        desk.look(sighting, _person(who))

    @router.post("/{sighting}/verdict")
    def judge(sighting: SightingId, ask: VerdictAsk, who: Annotated[Account, may_judge]) -> SightingWhole:
        return desk.judge(sighting, ask, _person(who))

    @router.post("/{sighting}/undo")
    def undo(sighting: SightingId, who: Annotated[Account, may_judge]) -> SightingWhole:
        return desk.undo(sighting, _person(who))

    @router.post("/{sighting}/close")
    def close(sighting: SightingId, who: Annotated[Account, may_judge]) -> SightingWhole:
        return desk.close(sighting, _person(who))

    return router


def _evidence(desk: SightingDesk, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/evidence", tags=["evidence"])
    may_upload = Depends(person("watcher"))

    @router.head("/{camera}/{sighting}/{name}")
    def head_evidence(place: Annotated[Place, Depends(_place)], request: Request, who: Annotated[Account, may_upload]) -> Response:  # noqa: ARG001 - the right is the point
        """How many bytes of these have come: an upload that broke goes on there."""
        come = desk.custody.come(place, _promised(request.headers.get("digest")))
        return Response(headers={"Upload-Offset": str(come)})

    @router.put("/{camera}/{sighting}/{name}", response_model=Stored, responses={201: {"model": Stored}})
    async def put_evidence(place: Annotated[Place, Depends(_place)], request: Request, who: Annotated[Account, may_upload]) -> JSONResponse:  # noqa: ARG001 - the right is the point
        promised = _promised(request.headers.get("digest"))
        if await run_in_threadpool(desk.house.cameras, place.camera) is None:
            raise Refusal(Code.UNKNOWN_CAMERA, {"camera": place.camera})
        stored = await _store(desk, place, promised, request=request)
        return JSONResponse(stored.model_dump(), status_code=201 if stored.created else 200)

    return router


def _ledger(ledger: Ledger, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/ledger", tags=["cameras"], dependencies=[Depends(person("officer", "auditor", "administrator"))])

    @router.get("")
    def get_week() -> LedgerWeek:
        return ledger.week()

    @router.get("/months/{month}")
    def get_month(month: Annotated[str, Path(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]) -> LedgerMonth:
        return months.report(ledger.house, date.fromisoformat(f"{month}-01"))

    @router.get("/{camera}")
    def get_ledger(camera: SightingId, day: date | None = None) -> LedgerDay:
        return ledger.day(camera, day)

    return router


def _keeping(keeping: Keeping, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/kept", tags=["cameras"], dependencies=[Depends(person("officer", "auditor", "administrator"))])

    @router.get("")
    def get_kept(camera: Annotated[str | None, Query(pattern=ID_PATTERN)] = None) -> list[Kept]:
        return keeping.all(camera)

    return router


def _budget(budget: Budget, person: PersonMaker) -> APIRouter:
    router = APIRouter(prefix="/api/budget", tags=["cameras"])

    @router.get("", dependencies=[Depends(person("officer", "auditor", "administrator"))])
    def get_budgets() -> Budgets:
        return budget.shown()

    @router.put("", dependencies=[Depends(person("officer", "administrator"))])
    def put_budget(ask: BudgetAsk) -> Budgets:
        return budget.choose(ask)

    return router


def _shared(desk: SightingDesk) -> APIRouter:
    router = APIRouter(prefix="/api/shared", tags=["evidence"])

    @router.get("/{sighting}/{name}", response_class=FileResponse)
    def get_shared(sighting: SightingId, name: str, until: int, mac: str) -> FileResponse:
        served = _served(desk.shared_file(Link(sighting, name, until, mac)))
        served.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return served

    return router


def _place(camera: str, sighting: str, name: str) -> Place:
    return Place(camera, sighting, name)


def _person(who: Account) -> Person:
    return Person(who.account, who.name)


def _wanted(
    state: Annotated[str, Query(pattern=r"^[a-z,]{0,80}$", description="States joined by commas, or `open`.")] = "",
    camera: Annotated[str | None, Query(pattern=ID_PATTERN)] = None,
    day: date | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> Wanted:
    span = days.span_of(day) if day else None
    return Wanted(_states(state), camera, span.since if span else None, span.until if span else None, limit)


def _states(said: str) -> frozenset[State]:
    known = {state.value for state in State}
    words = {word for word in said.split(",") if word}
    chosen = {State(word) for word in words & known}
    return frozenset(chosen | (OPEN if "open" in words else set()))


async def _store(desk: SightingDesk, place: Place, promised: str, *, request: Request) -> Stored:
    """Blocks of a mebibyte go to the disk from worker threads, so that an upload never holds the event loop."""
    with ExitStack() as stack:
        part = _range(request.headers.get("content-range"))
        upload = await run_in_threadpool(stack.enter_context, desk.custody.upload(place, promised, offset=part.start))
        waiting = bytearray()
        try:
            async for piece in request.stream():
                waiting += piece
                if len(waiting) >= BLOCK:
                    await run_in_threadpool(upload.write, bytes(waiting))
                    waiting.clear()
        except ClientDisconnect:  # what came is kept; nobody hears the answer
            await run_in_threadpool(upload.write, bytes(waiting))
            raise Refusal(Code.OFFSET_WRONG, {"offset": upload.count}) from None
        await run_in_threadpool(upload.write, bytes(waiting))
        if part.total is not None and upload.count != part.total:
            raise Refusal(Code.OFFSET_WRONG, {"offset": upload.count})
        created = await run_in_threadpool(upload.seal)
    return Stored(sha256=upload.promised, bytes=upload.count, created=created)


@dataclass(frozen=True)
class _Part:
    """Which bytes of a file come; `total` is None where the whole comes."""

    start: int = 0
    total: int | None = None


def _range(header: str | None) -> _Part:
    """`Content-Range: bytes START-LAST/TOTAL` of a PUT (RFC 9110, 14.5); the last part reaches the end. Raises Refusal OFFSET_WRONG."""
    if header is None:
        return _Part()
    found = re.fullmatch(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})", header)
    if found is None or int(found[2]) + 1 != int(found[3]):
        raise Refusal(Code.OFFSET_WRONG, {"range": header[:60]})
    return _Part(int(found[1]), int(found[3]))


def _promised(header: str | None) -> str:
    """Hex SHA-256 from `Digest: sha-256=<base64>` (RFC 3230). Raises Refusal DIGEST_NEEDED."""
    for part in (header or "").split(","):
        name, _, value = part.strip().partition("=")
        if name.lower() == "sha-256":
            try:
                raw = base64.b64decode(value, validate=True)
            except binascii.Error:
                break
            if len(raw) == 32:
                return raw.hex()
    raise Refusal(Code.DIGEST_NEEDED)


def _served(file: File) -> FileResponse:
    """The file with Range support; it never changes, so a browser may keep it."""
    kept = int(timedelta(days=7).total_seconds())
    headers = {"ETag": f'"{file.sha256}"', "Cache-Control": f"private, max-age={kept}, immutable"}
    return FileResponse(file.path, media_type=MEDIA[file.path.suffix], headers=headers)
