"""People, and how to reach them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from tutela.referral.cybertipline.schema.element import ATTRIBUTE, CONTENT, Element
from tutela.referral.cybertipline.schema.places import Address
from tutela.referral.cybertipline.schema.values import Age, CallingCode, Digits, Moment, Text


class EmailType(StrEnum):
    """What an email address is for."""

    HOME = "Home"
    WORK = "Work"
    BUSINESS = "Business"
    RECOVERY = "Recovery"


class Email(Element):
    """An email address. `verified`: whether its owner was shown to read it, and when."""

    value: Annotated[Text, CONTENT]
    type: Annotated[EmailType | None, ATTRIBUTE] = None
    verified: Annotated[bool | None, ATTRIBUTE] = None
    verification_date: Annotated[Moment | None, ATTRIBUTE] = None


class PhoneType(StrEnum):
    """What a telephone number is for."""

    MOBILE = "Mobile"
    HOME = "Home"
    BUSINESS = "Business"
    WORK = "Work"
    FAX = "Fax"
    INTERNET = "Internet"
    RECOVERY = "Recovery"


class Phone(Element):
    """A telephone number. `country_calling_code` is like +46, `extension` is of digits."""

    value: Annotated[Text, CONTENT]
    type: Annotated[PhoneType | None, ATTRIBUTE] = None
    verified: Annotated[bool | None, ATTRIBUTE] = None
    verification_date: Annotated[Moment | None, ATTRIBUTE] = None
    country_calling_code: Annotated[CallingCode | None, ATTRIBUTE] = None
    extension: Annotated[Digits | None, ATTRIBUTE] = None


class _Reachable(Element):
    first_name: Text | None = None
    last_name: Text | None = None
    phone: tuple[Phone, ...] = ()
    email: tuple[Email, ...] = ()
    address: tuple[Address, ...] = ()


class ContactPerson(_Reachable):
    """Somebody to ask."""


class Person(_Reachable):
    """A person; their age in whole years."""

    age: Age | None = None
    date_of_birth: date | None = None
