"""What belongs to an account: where it was used from, whether it is disabled, which accounts go with it."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Annotated

from tutela.referral.cybertipline.schema.element import ATTRIBUTE, CONTENT, Element, Named
from tutela.referral.cybertipline.schema.people import Email, Phone
from tutela.referral.cybertipline.schema.places import Address
from tutela.referral.cybertipline.schema.values import Age, Moment, Port, ReportId, Text, Url


class CaptureEvent(StrEnum):
    """On which occasion something was captured."""

    LOGIN = "Login"
    REGISTRATION = "Registration"
    PURCHASE = "Purchase"
    UPLOAD = "Upload"
    OTHER = "Other"
    UNKNOWN = "Unknown"


class IpCaptureEvent(Element):
    """An IP address, and when it was seen on which occasion."""

    ip_address: Text
    event_name: CaptureEvent | None = None
    date_time: Moment | None = None
    possible_proxy: bool | None = None
    port: Port | None = None


class DeviceId(Element):
    """An identifier of a device, such as an IMEI, and when it was seen on which occasion."""

    id_type: Text
    id_value: Text
    event_name: CaptureEvent | None = None
    date_time: Moment | None = None


class _Disabled(Element):
    value: Annotated[bool, CONTENT]
    disabled_date: Annotated[Moment | None, ATTRIBUTE] = None
    user_notified: Annotated[bool | None, ATTRIBUTE] = None
    user_notified_date: Annotated[Moment | None, ATTRIBUTE] = None


class AccountPermanentlyDisabled(_Disabled):
    """Whether an account is disabled for good, and since when."""


class AccountTemporarilyDisabled(_Disabled):
    """Whether an account is disabled for a time, since when and until when."""

    reenabled_date: Annotated[Moment | None, ATTRIBUTE] = None


class AssociatedAccountType(StrEnum):
    """How an account belongs to another."""

    BILLING = "Billing"
    LINKED = "Linked"
    BUSINESS = "Business"
    CREATOR = "Creator"
    PARENT_OR_GUARDIAN = "Parent/Guardian"
    OTHER = "Other"


class AccountPlatform(Element):
    """The platform of an associated account."""

    value: Annotated[Text, CONTENT]
    third_party_user: Annotated[bool | None, ATTRIBUTE] = None


class AssociatedAccount(Element):
    """Another account that belongs to the same person, or to somebody who answers for them."""

    platform: AccountPlatform | None = None
    first_name: Text | None = None
    middle_name: Text | None = None
    last_name: Text | None = None
    approximate_age: Age | None = None
    date_of_birth: date | None = None
    phone: tuple[Phone, ...] = ()
    email: tuple[Email, ...] = ()
    all_emails_reported: bool | None = None
    address: tuple[Address, ...] = ()
    esp_service: Text | None = None
    esp_identifier: Text | None = None
    profile_url: tuple[Url, ...] = ()
    screen_name: Text | None = None
    display_name: tuple[Text, ...] = ()
    profile_bio: Text | None = None
    group_identifier: Text | None = None
    compromised_account: bool | None = None
    account_temporarily_disabled: AccountTemporarilyDisabled | None = None
    account_permanently_disabled: AccountPermanentlyDisabled | None = None
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    prior_ct_report: Annotated[tuple[ReportId, ...], Named("priorCTReport")] = ()
    additional_info: Text | None = None
    type: Annotated[AssociatedAccountType, ATTRIBUTE]
