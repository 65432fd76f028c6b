"""Puts the sandbox together as an ASGI app."""

from collections.abc import Mapping
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from tutela.sandboxes.clock import Clock, utc_now
from tutela.sandboxes.cybertipline import endpoints, inspection
from tutela.sandboxes.cybertipline.accounts import Accounts
from tutela.sandboxes.cybertipline.checking import Checker
from tutela.sandboxes.cybertipline.exchange import Handler, Operation, handler
from tutela.sandboxes.cybertipline.faults import Faults
from tutela.sandboxes.cybertipline.lifecycle import Desk
from tutela.sandboxes.cybertipline.office import Limits, Office
from tutela.sandboxes.cybertipline.sqlite_store import FIRST_REPORT, SqliteStore
from tutela.sandboxes.cybertipline.store import Store

BASE_PATH = "/ispws"
_OPERATIONS: dict[str, tuple[str, Operation]] = {
    "status": ("GET", endpoints.status),
    "xsd": ("GET", endpoints.xsd),
    "submit": ("POST", endpoints.submit),
    "upload": ("POST", endpoints.upload),
    "fileinfo": ("POST", endpoints.fileinfo),
    "finish": ("POST", endpoints.finish),
    "retract": ("POST", endpoints.retract),
}


def _by_method(allowed: str, right: Handler, wrong: Handler) -> Handler:
    async def handle(request: Request) -> Response:
        return await (right if request.method == allowed else wrong)(request)

    return handle


def _service_routes(office: Office) -> list[Route]:
    # Every method is routed here, so that a wrong one is answered in XML too.
    methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
    wrong = handler(office, "other", endpoints.wrong_method)
    routes = [
        Route(f"/{name}", _by_method(method, handler(office, name, operation), wrong), methods=methods)
        for name, (method, operation) in _OPERATIONS.items()
    ]
    elsewhere = handler(office, "other", endpoints.not_found)
    return [*routes, Route("/{path:path}", elsewhere, methods=methods)]


def _sandbox_routes(office: Office) -> list[Route]:
    faults = "/sandbox/faults"
    return [
        Route("/sandbox", inspection.view(office, inspection.show_page)),
        Route("/sandbox/ledger.json", inspection.view(office, inspection.show_ledger)),
        Route(faults, inspection.view(office, inspection.show_faults)),
        Route(faults, inspection.view(office, inspection.order_faults), methods=["POST"]),
        Route(faults, inspection.view(office, inspection.clear_faults), methods=["DELETE"]),
    ]


def create_app(
    *,
    user: str,
    password: str,
    clock: Clock = utc_now,
    store_path: Path | None = None,
    faults: Faults | None = None,
    more_accounts: Mapping[str, str] | None = None,
    keep_files: Path | None = None,
    limits: Limits | None = None,
    store: Store | None = None,
    first_report: int = FIRST_REPORT,
) -> Starlette:
    """Return the sandbox as an ASGI app.

    ``clock`` gives aware UTC times. ``store_path`` is a SQLite file, None for memory; ``store`` takes its
    place with another implementation. ``faults`` are orders to share with a test in the same process.
    ``more_accounts`` are further users and passwords; each sees its own reports only. ``keep_files`` is a
    folder for the uploaded bytes, each file named by its id; by default only hash and size are kept.
    ``first_report`` is the number of the first report of a new store.

    ``app.state.store.close()`` frees the store. Raises ValueError for unusable credentials and
    sqlite3.Error for an unusable file.
    """
    accounts = Accounts({**(more_accounts or {}), user: password})
    kept = SqliteStore(store_path, first_report) if store is None else store
    office = Office(
        accounts=accounts,
        checker=Checker(),
        clock=clock,
        desk=Desk(kept, clock),
        faults=Faults() if faults is None else faults,
        limits=limits or Limits(),
        store=kept,
        keep_files=keep_files,
    )
    app = Starlette(routes=[Mount(BASE_PATH, routes=_service_routes(office)), *_sandbox_routes(office)])
    app.state.store = kept
    app.state.faults = office.faults
    app.state.office = office
    return app
