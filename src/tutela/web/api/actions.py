"""What the platform has still to do, and what it confirms."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel, ConfigDict

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.casework.actions import ActionState, Done
from tutela.casework.case import NotPossible
from tutela.events.catalogue.base import ActionKind
from tutela.storage.casework.case_reader import ActionRow
from tutela.web.current import KeyAllowed, Server

router = APIRouter(prefix="/v1", tags=["actions"])
_PENDING = (ActionState.ORDERED, ActionState.REVERSAL_ORDERED)
Actor = Annotated[ApiKey, Depends(KeyAllowed(Permission.CARRY_OUT_ACTIONS))]


class ActionOut(BaseModel):
    """Something that the platform is asked to do. `item` is null where it concerns the account of the case.

    In the state `ordered` it is to be done, in `reversal_ordered` to be undone.
    """

    id: str
    kind: ActionKind
    case: str
    item: str | None
    state: ActionState
    ordered_at: datetime


class ConfirmationIn(BaseModel):
    """What the platform did: `carried_out` answers `ordered`, `reversed` answers `reversal_ordered`."""

    model_config = ConfigDict(extra="forbid")
    done: Done


@router.get("/actions", responses={404: {"description": "`after` is no action"}})
def list_actions(
    server: Server,
    key: Actor,  # noqa: ARG001
    state: Literal["pending"] = "pending",  # noqa: ARG001
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    after: Annotated[str, Query(max_length=36, description="the id of the last action of the page before")] = "",
) -> list[ActionOut]:
    """Return what the platform has still to do or to undo, oldest first.

    A reversal stands where its action stood: whoever has come to the end begins again without `after`.
    """
    try:
        last = server.cases.action(after) if after else None
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    return [_out(row) for row in server.cases.actions([s.value for s in _PENDING], limit, last)]


@router.post(
    "/actions/{action}/confirm",
    responses={404: {"description": "no such action"}, 409: {"description": "nobody ordered that it be undone"}},
)
def confirm_action(server: Server, key: Actor, action: str, confirmation: ConfirmationIn) -> ActionOut:
    """Record that the platform did, or undid, what it was asked to. Saying again what is on record changes nothing."""
    try:
        server.place.desk.confirm_action(key.actor, action, confirmation.done)
        return _out(server.cases.action(action))
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    except NotPossible as error:
        raise HTTPException(409, str(error)) from error


def _out(row: ActionRow) -> ActionOut:
    return ActionOut.model_validate(
        {
            "id": row.id,
            "kind": row.kind,
            "case": row.case_id,
            "item": row.item_id,
            "state": row.state,
            "ordered_at": row.ordered_at,
        }
    )
