"""Puts the API and the console together over one workplace."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import APIRouter, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.staticfiles import StaticFiles

from tutela import __version__
from tutela.access.ports import IdentityProvider
from tutela.storage.workplace import Workplace
from tutela.web.api import accounts, actions, conversations, health, items, lookups, notices
from tutela.web.api import complaints as complaints_api
from tutela.web.arrivals import Tls, arrivals_of
from tutela.web.background import (
    calling,
    checkpointing,
    dispatching,
    erasing,
    following,
    judging,
    merging,
    noticing,
    stating,
    tidying,
)
from tutela.web.console import (
    account,
    approvals,
    audit,
    calls,
    case,
    complaints,
    entries,
    figures,
    governance,
    inspections,
    keys,
    language,
    legal,
    lists,
    openid,
    overview,
    people,
    picture,
    privacy_pack,
    quality,
    queue,
    referrals,
    register,
    resting,
    retention,
    returns,
    sign_in,
    tasks,
    team,
    union,
    working,
)
from tutela.web.console import actions as action_pages
from tutela.web.console import redress as redress_pages
from tutela.web.current import Running
from tutela.web.platform.calling import calling_platform
from tutela.web.rates import RateLimits
from tutela.web.refusals import install, unforeseen
from tutela.web.security import Guard
from tutela.web.users import redress

API: tuple[APIRouter, ...] = (
    health.router,
    items.router,
    conversations.router,
    actions.router,
    complaints_api.router,
    notices.router,
    lookups.router,
    accounts.router,
)
CONSOLE: tuple[APIRouter, ...] = (
    sign_in.router,
    openid.router,
    account.router,
    overview.router,
    queue.router,
    case.router,
    working.router,
    resting.router,
    team.router,
    picture.router,
    lists.router,
    entries.router,
    tasks.router,
    figures.router,
    complaints.router,
    redress_pages.router,
    referrals.router,
    legal.router,
    calls.router,
    register.router,
    action_pages.router,
    returns.router,
    union.router,
    retention.router,
    quality.router,
    approvals.router,
    governance.router,
    inspections.router,
    privacy_pack.router,
    audit.router,
    people.router,
    keys.router,
    language.router,
)
"""The console's pages; their places in the menu are in `console/pages.py`."""
USERS: tuple[APIRouter, ...] = (redress.router,)
"""Pages of the platform's users, who have no account here."""
_STATIC = Path(__file__).parent / "static"


def _provider_of(place: Workplace) -> IdentityProvider | None:
    settings = place.settings.entrance.openid
    if settings is None:
        return None
    # An extra of its own, which an installation without a provider does not need.
    from tutela.web.openid import Provider

    return Provider(settings, place.clock)


def create_app(place: Workplace, *, dispatch: bool = True, tls: Tls = "none", bound: Sequence[str] = ()) -> FastAPI:
    """Return the application.

    In the background it sends ordered reports and statements of reasons, and calls the platform, if `dispatch` is set.

    `tls`: whether browsers reach it over HTTPS, by itself or through a proxy, so that the cookie of a session is for
    HTTPS alone; with neither it serves this machine only. `bound`: names and addresses that it listens on.
    Raises BadSettings.
    """
    entrance = place.settings.entrance
    arrivals = arrivals_of(entrance, tls, bound)
    provider = _provider_of(place)
    stream = place.stream()
    dispatcher = place.dispatcher() if dispatch else None

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The loop would tidy too, but not before the first request.
        await run_in_threadpool(place.tidy)
        with calling_platform(place) as caller:
            loops = [
                tidying(place),
                erasing(place),
                merging(place),
                following(place, stream),
                judging(place),
                noticing(place),
                checkpointing(place),
            ]
            loops += [dispatching(dispatcher), stating(place)] if dispatcher else []
            loops += [calling(caller)] if dispatch and caller else []
            for loop in loops:
                loop.start()
            yield
            for loop in loops:
                await run_in_threadpool(loop.stop)
        if provider:
            provider.close()

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
    app.state.running = Running(place, stream, arrivals, RateLimits(entrance.rates), provider)
    app.add_middleware(Guard, arrivals=arrivals, answer=unforeseen)
    install(app)
    for router in API:
        app.include_router(router)
    for router in (*CONSOLE, *USERS):
        app.include_router(router, include_in_schema=False)
    # Compressed, since nothing secret stands in them; pages are not, since they hold the token of the session.
    app.mount("/static", GZipMiddleware(StaticFiles(directory=_STATIC), minimum_size=500), name="static")
    return app
