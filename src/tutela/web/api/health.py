"""`GET /health`: whether the server and its database answer."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel
from sqlalchemy import literal, select
from sqlalchemy.exc import SQLAlchemyError

from tutela import __version__
from tutela.web.current import Server

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """The server answers, and so does its database."""

    status: str
    version: str


@router.get("/health", responses={503: {"description": "the database does not answer"}})
def health(server: Server) -> Health:
    """Say whether the database answers. Needs no key."""
    try:
        with server.place.database.read() as connection:
            connection.execute(select(literal(1))).one()
    except SQLAlchemyError as error:
        raise HTTPException(503, "the database does not answer") from error
    return Health(status="ok", version=__version__)
