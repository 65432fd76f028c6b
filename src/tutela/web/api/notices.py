"""Notices to users, which the platform hands over: what waits, and the text in the user's language."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.casework.notice_desk import NoNotice
from tutela.casework.notice_texts import languages
from tutela.events.catalogue.notices import NoticeKind
from tutela.web.current import KeyAllowed, Running, Server

router = APIRouter(prefix="/v1", tags=["redress"])
Carrier = Annotated[ApiKey, Depends(KeyAllowed(Permission.CARRY_OUT_ACTIONS))]
Language = Annotated[str, Query(max_length=16, description="a language that notices have; the configured one if empty")]
AT_MOST = 200
_ANSWERS: dict[int | str, dict[str, object]] = {
    404: {"description": "nothing is there to tell, or there is no such language"},
    409: {"description": "an authority asked that the user be told nothing yet"},
}


class NoticeWaiting(BaseModel):
    """A notice that the platform has not taken yet. `about` is the action, complaint or request that it tells of."""

    about: str
    kind: NoticeKind
    action: str
    issued_at: datetime


class SectionOut(BaseModel):
    """A heading and what stands under it; `steps` are things that the user can do."""

    heading: str
    paragraphs: tuple[str, ...]
    steps: tuple[str, ...]


class NoticeOut(BaseModel):
    """A notice to a user. `text` is all of it as plain text; `link` leads to the page of redress, if one stands."""

    about: str
    kind: NoticeKind
    action: str
    language: str
    title: str
    sections: tuple[SectionOut, ...]
    text: str
    link: str | None
    link_expires_at: datetime | None
    languages: list[str]


@router.get("/notices")
def waiting_notices(server: Server, key: Carrier) -> list[NoticeWaiting]:  # noqa: ARG001
    """Return the notices that wait to be handed over, oldest first, at most 200."""
    lines = server.place.redress_reader.notices_to_hand_over(AT_MOST)
    return [
        NoticeWaiting.model_validate(
            {"about": n.about, "kind": n.kind, "action": n.action_id, "issued_at": n.issued_at}
        )
        for n in lines
    ]


@router.get("/notices/{about}", responses=_ANSWERS)
def notice(server: Server, key: Carrier, about: str, language: Language = "") -> NoticeOut:
    """Return the text of a notice, and record that the platform took it in this language."""
    return _taken(server, key, about, language)


@router.get("/actions/{action}/notice", responses=_ANSWERS)
def notice_of_action(server: Server, key: Carrier, action: str, language: Language = "") -> NoticeOut:
    """Return the notice of an action that was carried out: facts, rights, and the link to complain by."""
    return _taken(server, key, action, language)


def _taken(server: Running, key: ApiKey, about: str, language: str) -> NoticeOut:
    chosen = language or server.place.settings.redress.language
    if chosen not in languages():
        raise HTTPException(404, f"notices have no language {chosen!r}: there is {', '.join(languages())}")
    try:
        found = server.place.notices.hand_over(key.actor, about, chosen)
        text = server.place.notice_text(found, chosen)
    except NoNotice as error:
        deferred = server.place.redress_reader.notice(about) is not None
        raise HTTPException(409 if deferred else 404, str(error)) from error
    except LookupError as error:
        raise HTTPException(404, str(error)) from error
    return NoticeOut(
        about=found.about,
        kind=found.kind,
        action=found.action,
        language=chosen,
        title=text.title,
        sections=tuple(SectionOut(heading=s.heading, paragraphs=s.paragraphs, steps=s.steps) for s in text.sections),
        text=text.plain(),
        link=text.url,
        link_expires_at=found.link_expires_at,
        languages=languages(),
    )
