"""The desk's FastAPI application, put together from the rooms' routers."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from pydantic import BaseModel

from edge.http import errors, pages
from edge.http.deeds import Deeds, DeedSink
from edge.http.errors import Problem, RefusalTable
from edge.http.guard import Guard

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


class Version(BaseModel):
    """What runs here."""

    name: str
    version: str


@dataclass(frozen=True)
class AppParts:
    """What compose hands over. `routers` in any order; `pages` is the folder of the built web pages."""

    version: str
    routers: Sequence[APIRouter]
    pages: Path
    refusals: Sequence[RefusalTable] = ()
    deeds: DeedSink | None = None
    lifespan: Lifespan | None = field(default=None)


def build_app(parts: AppParts) -> FastAPI:
    """The application. Nothing is started here; `lifespan` does that when it is served."""
    app = FastAPI(
        title="Đình",
        version=parts.version,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=parts.lifespan,
        responses={422: {"model": Problem}, 403: {"model": Problem}},
    )
    errors.install(app, parts.refusals)
    app.include_router(_version_router(parts.version))
    for router in parts.routers:
        app.include_router(router)
    app.include_router(pages.router(parts.pages))
    if parts.deeds is not None:
        app.add_middleware(Deeds, sink=parts.deeds)
    app.add_middleware(Guard)
    return app


def _version_router(version: str) -> APIRouter:
    router = APIRouter(tags=["house"])

    @router.get("/api/version")
    def get_version() -> Version:
        return Version(name="dinh", version=version)

    return router


def schema(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document of the composed app: the truth for the TypeScript types."""
    return app.openapi()
