"""Where on the internet it happened: one of eight kinds of place."""

from __future__ import annotations

from typing import Annotated, ClassVar

from tutela.referral.cybertipline.schema.accounts import IpCaptureEvent
from tutela.referral.cybertipline.schema.element import ATTRIBUTE, Element
from tutela.referral.cybertipline.schema.people import Email, Phone
from tutela.referral.cybertipline.schema.places import Address
from tutela.referral.cybertipline.schema.values import Latitude, Longitude, Text, Url


class WebPageIncident(Element):
    """On web pages."""

    TAG: ClassVar[str] = "webPageIncident"
    url: tuple[Url, ...] = ()
    additional_info: Text | None = None
    third_party_hosted_content: Annotated[bool | None, ATTRIBUTE] = None


class EmailIncident(Element):
    """By email."""

    TAG: ClassVar[str] = "emailIncident"
    email_address: tuple[Email, ...] = ()
    content: Text | None = None
    additional_info: Text | None = None


class NewsgroupIncident(Element):
    """In a newsgroup."""

    TAG: ClassVar[str] = "newsgroupIncident"
    name: Text | None = None
    email_address: tuple[Email, ...] = ()
    content: Text | None = None
    additional_info: Text | None = None


class ChatImIncident(Element):
    """In a chat or instant messages."""

    TAG: ClassVar[str] = "chatImIncident"
    chat_client: Text | None = None
    chat_room_name: Text | None = None
    content: Text | None = None
    additional_info: Text | None = None


class OnlineGamingIncident(Element):
    """In an online game."""

    TAG: ClassVar[str] = "onlineGamingIncident"
    game_name: Text | None = None
    console: Text | None = None
    content: Text | None = None
    additional_info: Text | None = None


class CellPhoneIncident(Element):
    """By telephone."""

    TAG: ClassVar[str] = "cellPhoneIncident"
    phone_number: Phone | None = None
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    additional_info: Text | None = None


class NonInternetIncident(Element):
    """Not on the internet at all."""

    TAG: ClassVar[str] = "nonInternetIncident"
    location_name: Text | None = None
    incident_address: tuple[Address, ...] = ()
    additional_info: Text | None = None


class Peer2peerIncident(Element):
    """In a network of peers that share files."""

    TAG: ClassVar[str] = "peer2peerIncident"
    client: Text | None = None
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    file_names: Text | None = None
    additional_info: Text | None = None


InternetIncident = (
    WebPageIncident
    | EmailIncident
    | NewsgroupIncident
    | ChatImIncident
    | OnlineGamingIncident
    | CellPhoneIncident
    | NonInternetIncident
    | Peer2peerIncident
)
