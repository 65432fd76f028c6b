"""The endpoints of the sandbox itself, which the real service does not have."""

import json
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tutela.sandboxes.arrivals import shown
from tutela.sandboxes.cybertipline.bodies import read_body
from tutela.sandboxes.cybertipline.codes import Refusal
from tutela.sandboxes.cybertipline.exchange import REQUEST_ID, Handler, new_request_id, unauthorised
from tutela.sandboxes.cybertipline.fault_orders import parse_fault, show_fault
from tutela.sandboxes.cybertipline.ledger import ledger
from tutela.sandboxes.cybertipline.office import Office
from tutela.sandboxes.cybertipline.page import page

_MAX_ORDER_BYTES = 64 * 1024

View = Callable[[Office, Request], Awaitable[Response]]


def view(office: Office, show: View) -> Handler:
    """Return a handler that asks for credentials and then shows something."""

    async def handle(request: Request) -> Response:
        request_id = new_request_id()
        if office.accounts.identify(request.headers.get("authorization")) is None:
            return unauthorised(request_id)
        response = await show(office, request)
        response.headers[REQUEST_ID] = request_id
        return response

    return handle


async def show_page(office: Office, _request: Request) -> Response:
    """Show the list of reports to a person."""
    return shown(page(office))


async def show_ledger(office: Office, _request: Request) -> Response:
    """Show everything that arrived."""
    return JSONResponse(ledger(office))


async def show_faults(office: Office, _request: Request) -> Response:
    """Show the orders in force."""
    return JSONResponse({"faults": [show_fault(fault, left) for fault, left in office.faults.pending()]})


async def clear_faults(office: Office, request: Request) -> Response:
    """Withdraw all orders."""
    office.faults.clear()
    return await show_faults(office, request)


async def order_faults(office: Office, request: Request) -> Response:
    """Take one order, or a list of them; either all are taken or none."""
    try:
        given = json.loads(await read_body(request, _MAX_ORDER_BYTES))
        faults = [parse_fault(order) for order in (given if isinstance(given, list) else [given])]
    except Refusal as refusal:
        return JSONResponse({"error": refusal.description}, refusal.status)
    except RecursionError:
        return JSONResponse({"error": "the order is nested too deeply"}, 400)
    except ValueError as error:
        return JSONResponse({"error": str(error)}, 400)
    for fault in faults:
        office.faults.order(fault)
    return await show_faults(office, request)
