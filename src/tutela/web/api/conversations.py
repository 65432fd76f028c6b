"""`POST /v1/conversations`: takes a conversation in as one item, and says what came of it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from pydantic import Field

from tutela.access.ports import ApiKey
from tutela.access.roles import Permission
from tutela.casework.intake import Refused
from tutela.casework.stream import Arrived
from tutela.content.conversation import Message
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Region
from tutela.storage.workplace import UnknownService
from tutela.web.api.outcomes import ItemOut, item_out
from tutela.web.api.parties import PartyIn, Strict
from tutela.web.current import KeyAllowed, Server

router = APIRouter(prefix="/v1", tags=["items"])
Sender = Annotated[ApiKey, Depends(KeyAllowed(Permission.SUBMIT_ITEMS))]


class ConversationIn(Strict):
    """A conversation as the platform tells it, its messages in the order in which they were written.

    `item_id` is the platform's own: the same id on the same day (UTC) is the same item, however often it is sent.
    `participants` are those who wrote or could read; the first one began it. Where they are given, whoever wrote a
    message is one of them. `region` serves where nobody is named.
    """

    service: str = Field(max_length=63)
    item_id: str = Field(min_length=1, max_length=512)
    name: str = Field(default="", max_length=1024)
    participants: tuple[PartyIn, ...] = Field(default=(), max_length=2000)
    region: Region = "unknown"
    messages: tuple[Message, ...] = Field(min_length=1)

    def provenance(self) -> Provenance:
        """Return it as the domain knows it; raises ValueError."""
        parties = [participant.party() for participant in self.participants]
        named = {party.account for party in parties}
        for number, message in enumerate(self.messages, 1):
            if named and message.sender not in named:
                raise ValueError(f"message {number:,}: its sender is not among the participants")
        return Provenance(
            sender=parties[0] if parties else None,
            recipients=tuple(parties[1:]),
            sent_at=self.messages[0].at,
            declared_region=self.region,
            name=self.name,
        )

    def lines(self) -> bytes:
        """Return the messages as an item's bytes (content.conversation)."""
        return b"".join(message.model_dump_json().encode() + b"\n" for message in self.messages)


@router.post(
    "/conversations",
    responses={
        401: {"description": "no valid key"},
        403: {"description": "the key lacks the scope `items`"},
        404: {"description": "no such service"},
        413: {"description": "too long for one request: not read, not counted; send it as a file to `/v1/items`"},
        422: {"description": "the conversation cannot be read"},
        451: {"description": "no regime or ground covers the conversation: nothing was read"},
    },
)
def take_conversation(server: Server, key: Sender, said: ConversationIn) -> ItemOut:
    """Take a conversation in. Of one that is not flagged nothing is kept but a count, with its bytes."""
    try:
        provenance = said.provenance()
    except ValueError as error:
        raise HTTPException(422, str(error)) from error
    try:
        service = server.place.service(said.service)
    except UnknownService as error:
        raise HTTPException(404, str(error)) from error
    try:
        (answer,) = server.stream.take(service, [Arrived(said.item_id, said.lines(), provenance)], actor=key.actor)
    except Refused as error:
        raise HTTPException(451, str(error)) from error
    return item_out(answer)
