"""Signing in by a provider of OpenID Connect: to it, and back from it."""

from __future__ import annotations

import logging
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.access.id_tokens import BadIdToken
from tutela.access.ports import IdentityProvider, ProviderFailed, SignInRefused
from tutela.events.catalogue.access import PersonRefused
from tutela.events.envelope import SYSTEM, NewEvent
from tutela.storage.access.openid_attempts import OpenIdAttempts
from tutela.web.console.cookies import keep, secure
from tutela.web.console.pages import page
from tutela.web.console.sign_in import sign_in_page
from tutela.web.console.told import told
from tutela.web.current import COOKIE, Running, Server, address_of
from tutela.web.translation import gettext

router = APIRouter()
_BROWSER = "tutela_openid"
_PATH = "/sign-in/openid"
_log = logging.getLogger("tutela.openid")


@router.get(_PATH)
def leave(request: Request, server: Server) -> Response:
    """Send the browser to the provider."""
    provider = _provider(server)
    server.rates.require("sign_in_address", address_of(request))
    attempt = OpenIdAttempts(server.place.database, server.place.clock).begin()
    try:
        target = provider.address(attempt, _back(request))
    except ProviderFailed as error:
        return _failed(request, server, error)
    answer = RedirectResponse(target, status_code=303)
    # Lax, since the way back begins at the provider's site.
    answer.set_cookie(
        _BROWSER, attempt.browser, max_age=600, path=_PATH, httponly=True, samesite="lax", secure=secure(request)
    )
    return answer


@router.get(f"{_PATH}/back")
def come_back(
    request: Request,
    server: Server,
    code: Annotated[str, Query(max_length=4096)] = "",
    state: Annotated[str, Query(max_length=200)] = "",
    iss: Annotated[str, Query(max_length=512)] = "",
) -> Response:
    """Begin the session of whom the provider names. The page that answers leads on, since a cookie that is for this
    site alone does not travel with a way that began elsewhere.
    """
    provider = _provider(server)
    server.rates.require("sign_in_address", address_of(request))
    attempts = OpenIdAttempts(server.place.database, server.place.clock)
    attempt = attempts.end(state, request.cookies.get(_BROWSER, ""))
    # RFC 9207: a provider that says who it is must be the one that was asked.
    if attempt is None or not code or iss not in ("", provider.settings.issuer):
        again = gettext("That did not come from a sign-in of this browser, or it took too long. Begin again.")
        return _refused(request, server, "openid_attempt", again)
    try:
        identity = provider.identity(code, attempt, _back(request))
    except ProviderFailed as error:
        return _failed(request, server, error)
    except BadIdToken as error:
        _log.warning("an ID token was refused: %s", error)
        text = gettext("The provider's word could not be verified. Begin again.")
        return _refused(request, server, "openid_token", text)
    roles = provider.settings.roles_of(identity.values)
    try:
        secret = server.place.people.sign_ins.by_provider(identity, roles, address_of(request))
    except SignInRefused as error:
        return sign_in_page(request, told(error), status=403)
    if before := request.cookies.get(COOKIE):
        server.place.people.sign_out(before)
    answer = page(request, "signed_in.html", None)
    keep(request, answer, secret)
    answer.delete_cookie(_BROWSER, path=_PATH, httponly=True, samesite="lax", secure=secure(request))
    return answer


def _provider(server: Running) -> IdentityProvider:
    if server.provider is None:
        raise HTTPException(404, gettext("No provider of OpenID Connect is configured here."))
    return server.provider


def _back(request: Request) -> str:
    # The name under which the browser came is one of those that are let in.
    scheme = "http" if request.app.state.running.arrivals.tls == "none" else "https"
    return f"{scheme}://{request.headers['host']}{_PATH}/back"


def _refused(request: Request, server: Running, reason: str, text: str) -> Response:
    with server.place.transactions.record() as log:
        log.append([NewEvent(PersonRefused(reason=reason), "unknown", server.place.clock(), SYSTEM)])
    return sign_in_page(request, text, status=401)


def _failed(request: Request, server: Running, error: ProviderFailed) -> Response:
    _log.error("the provider of OpenID Connect: %s", error)
    text = gettext(
        "The provider does not answer as it should. Try again; whoever runs this installation finds why in its log."
    )
    entrance = server.place.settings.entrance
    if not entrance.local_accounts:
        text += " " + gettext("The emergency account still opens.")
    return sign_in_page(request, text, status=502)
