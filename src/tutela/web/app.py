"""Puts the API and the console together over one workplace."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.staticfiles import StaticFiles

from tutela import __version__
from tutela.storage.workplace import Workplace
from tutela.web.api import actions, health, items, lookups
from tutela.web.background import dispatching, merging, tidying
from tutela.web.console import audit, case, complaints, picture, queue, referrals, returns, sign_in
from tutela.web.current import Running
from tutela.web.refusals import install
from tutela.web.security import Guard

API: tuple[APIRouter, ...] = (health.router, items.router, actions.router, lookups.router)
CONSOLE: tuple[APIRouter, ...] = (
    sign_in.router,
    queue.router,
    case.router,
    picture.router,
    complaints.router,
    referrals.router,
    returns.router,
    audit.router,
)
"""The console's pages; their places in the menu are in `console/pages.py`."""
_STATIC = Path(__file__).parent / "static"


def create_app(place: Workplace, *, dispatch: bool = True, behind_tls: bool = False) -> FastAPI:
    """Return the application. It sends ordered reports in the background if `dispatch` is set.

    `behind_tls`: browsers reach it over HTTPS through a proxy, so the session's cookie is for HTTPS alone.
    """
    stream = place.stream()
    dispatcher = place.dispatcher() if dispatch else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The loop would tidy too, but not before the first request.
        await run_in_threadpool(place.tidy)
        loops = [tidying(place), merging(place), *([dispatching(dispatcher)] if dispatcher else [])]
        for loop in loops:
            loop.start()
        yield
        for loop in loops:
            await run_in_threadpool(loop.stop)

    app = FastAPI(
        title="Tutela",
        version=__version__,
        description="Items in, outcomes out; actions and complaints. Keys: `tutela key create`.",
        lifespan=lifespan,
        # The usual pages of documentation load scripts from elsewhere, which the policy of this site forbids.
        docs_url=None,
        redoc_url=None,
        openapi_url="/v1/openapi.json",
    )
    app.state.running = Running(place, stream, behind_tls)
    app.add_middleware(Guard)
    install(app)
    for router in API:
        app.include_router(router)
    for router in CONSOLE:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=_STATIC), name="static")
    return app
