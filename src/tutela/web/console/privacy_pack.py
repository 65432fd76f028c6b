"""The data protection officer's pack: the documents as they are now, to read and to take along."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from tutela.access.ports import Session
from tutela.access.privacy_pack import Document, as_json, as_markdown
from tutela.access.roles import Permission
from tutela.storage.access.privacy_facts import gather
from tutela.storage.access.privacy_pack import pack
from tutela.web.console.pages import page
from tutela.web.current import Allowed, Running, Server
from tutela.web.translation import gettext

router = APIRouter(prefix="/governance/pack")
Reader = Annotated[Session, Depends(Allowed(Permission.SEE_GOVERNANCE))]


@router.get("")
def show(request: Request, server: Server, session: Reader) -> Response:
    """List the documents, with what is missing in each."""
    return page(request, "privacy_pack.html", session, documents=_documents(server), shown=None)


@router.get("/{document}")
def show_one(request: Request, server: Server, session: Reader, document: str) -> Response:
    """Show one document."""
    documents = _documents(server)
    return page(request, "privacy_pack.html", session, documents=documents, shown=_one(documents, document))


@router.get("/{document}/{form}")
def download(server: Server, session: Reader, document: str, form: Literal["markdown", "json"]) -> Response:  # noqa: ARG001
    """Give one document as Markdown or JSON."""
    found = _one(_documents(server), document)
    text, ending = (as_markdown(found), "md") if form == "markdown" else (as_json([found]), "json")
    headers = {"Content-Disposition": f'attachment; filename="{found.id}.{ending}"'}
    kind = "text/markdown" if form == "markdown" else "application/json"
    return Response(text.encode("utf-8", "backslashreplace"), media_type=f"{kind}; charset=utf-8", headers=headers)


def _documents(server: Running) -> list[Document]:
    return pack(gather(server.place))


def _one(documents: list[Document], name: str) -> Document:
    for document in documents:
        if document.id == name:
            return document
    raise HTTPException(404, gettext("the pack has no such document"))
