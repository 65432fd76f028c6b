"""The provider as an ASGI app: discovery, keys, the page where one signs in, the token endpoint, orders of faults."""

import html
from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from tutela.sandboxes.openid.faults import Fault
from tutela.sandboxes.openid.provider import Provider, Refused

Endpoint = Callable[[Request], Awaitable[Response]]
_PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sandbox sign-in</title>
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 sans-serif;max-width:26rem;margin:12vh auto}}
button{{font:inherit;display:block;width:100%;margin:.5rem 0;padding:.6rem;text-align:left}}</style></head>
<body><h1>Sandbox of a provider</h1><p>Nobody is asked for a password here. Sign in as:</p>
<form method="post">{buttons}</form></body></html>"""


def create_app(provider: Provider) -> Starlette:
    """Return the provider as an ASGI app; `app.state.provider` takes orders in the same process."""

    async def document(_request: Request) -> Response:
        return JSONResponse(provider.document())

    async def keys(_request: Request) -> Response:
        return JSONResponse(provider.keys())

    async def authorize(request: Request) -> Response:
        given = dict(request.query_params)
        try:
            asked = provider.asked(given)
            if request.method == "GET":
                return HTMLResponse(_page(provider))
            user = (await request.form()).get("user", "")
            answer = {"code": provider.code(asked, str(user)), "state": asked.state, "iss": provider.issuer}
        except Refused as error:
            return PlainTextResponse(f"{error.code}: {error}\n", 400)
        return RedirectResponse(f"{asked.redirect_uri}?{urlencode(answer)}", status_code=303)

    async def token(request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        if provider.orders and provider.orders[0] in (Fault.SERVER_ERROR, Fault.NOT_JSON):
            broken = provider.orders.pop(0)
            return PlainTextResponse("<html>", 500 if broken is Fault.SERVER_ERROR else 200)
        try:
            provider.authenticate(request.headers.get("authorization", ""))
            return JSONResponse(provider.redeem(form), headers={"Cache-Control": "no-store"})
        except Refused as error:
            status = 401 if error.code == "invalid_client" else 400
            return JSONResponse({"error": error.code, "error_description": str(error)}, status)

    async def order(request: Request) -> Response:
        try:
            provider.orders.append(Fault((await request.json())["fault"]))
        except (ValueError, KeyError, TypeError):
            return PlainTextResponse(f"a fault is one of {', '.join(Fault)}\n", 422)
        return JSONResponse({"orders": [fault.value for fault in provider.orders]})

    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", document),
            Route("/keys", keys),
            Route("/authorize", authorize, methods=["GET", "POST"]),
            Route("/token", token, methods=["POST"]),
            Route("/sandbox/faults", order, methods=["POST"]),
        ]
    )
    app.state.provider = provider
    return app


def _page(provider: Provider) -> str:
    buttons = "".join(
        f'<button name="user" value="{html.escape(key)}">{html.escape(user.name)}: '
        f"{html.escape(', '.join(user.groups) or 'in no group')}</button>"
        for key, user in provider.users.items()
    )
    return _PAGE.format(buttons=buttons)
