"""Whom a report is about, and who makes it."""

from __future__ import annotations

from typing import Annotated

from tutela.referral.cybertipline.schema.accounts import (
    AccountPermanentlyDisabled,
    AccountTemporarilyDisabled,
    AssociatedAccount,
    DeviceId,
    IpCaptureEvent,
)
from tutela.referral.cybertipline.schema.element import ATTRIBUTE, CONTENT, Element, Named
from tutela.referral.cybertipline.schema.people import ContactPerson, Person
from tutela.referral.cybertipline.schema.places import Country, EstimatedLocation
from tutela.referral.cybertipline.schema.values import ReportId, Text, Url


class Reporter(Element):
    """Who reports, and whom to ask."""

    reporting_person: Person
    contact_person: ContactPerson | None = None
    company_template: Text | None = None
    terms_of_service: Text | None = None
    legal_url: Annotated[Url | None, Named("legalURL")] = None


class InternationalLegalProcess(Element):
    """Whether legal process came from another country, and from which."""

    value: Annotated[bool, CONTENT]
    flea_country: Annotated[Country | None, ATTRIBUTE] = None


class LawEnforcement(Element):
    """The police that know of it already, or asked for it."""

    agency_name: Text
    case_number: Text | None = None
    officer_contact: ContactPerson | None = None
    reported_to_le: bool | None = None
    served_legal_process_domestic: bool | None = None
    served_legal_process_international: InternationalLegalProcess | None = None


class PersonOrUserReported(Element):
    """A person or account that is reported."""

    person_or_user_reported_person: Person | None = None
    vehicle_description: Text | None = None
    esp_identifier: Text | None = None
    esp_service: Text | None = None
    compromised_account: bool | None = None
    screen_name: Text | None = None
    display_name: tuple[Text, ...] = ()
    profile_url: tuple[Url, ...] = ()
    profile_bio: Text | None = None
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    third_party_user_reported: bool | None = None
    prior_ct_reports: Annotated[tuple[ReportId, ...], Named("priorCTReports")] = ()
    group_identifier: Text | None = None
    account_temporarily_disabled: AccountTemporarilyDisabled | None = None
    account_permanently_disabled: AccountPermanentlyDisabled | None = None
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    associated_account: tuple[AssociatedAccount, ...] = ()
    additional_info: Text | None = None


class IntendedRecipient(Element):
    """A person or account to whom something was sent."""

    intended_recipient_person: Person | None = None
    esp_identifier: Text | None = None
    esp_service: Text | None = None
    compromised_account: bool | None = None
    screen_name: Text | None = None
    display_name: tuple[Text, ...] = ()
    profile_url: tuple[Url, ...] = ()
    profile_bio: Text | None = None
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    prior_ct_reports: Annotated[tuple[ReportId, ...], Named("priorCTReports")] = ()
    group_identifier: Text | None = None
    account_temporarily_disabled: AccountTemporarilyDisabled | None = None
    account_permanently_disabled: AccountPermanentlyDisabled | None = None
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    additional_info: tuple[Text, ...] = ()


class Victim(Element):
    """A child who was harmed, where known."""

    victim_person: Person
    esp_identifier: Text | None = None
    esp_service: Text | None = None
    compromised_account: bool | None = None
    screen_name: Text | None = None
    display_name: tuple[Text, ...] = ()
    profile_url: tuple[Url, ...] = ()
    profile_bio: Text | None = None
    ip_capture_event: tuple[IpCaptureEvent, ...] = ()
    device_id: tuple[DeviceId, ...] = ()
    school_name: Text | None = None
    prior_ct_reports: Annotated[tuple[ReportId, ...], Named("priorCTReports")] = ()
    account_temporarily_disabled: AccountTemporarilyDisabled | None = None
    account_permanently_disabled: AccountPermanentlyDisabled | None = None
    estimated_location: EstimatedLocation | None = None
    all_emails_reported: bool | None = None
    associated_account: tuple[AssociatedAccount, ...] = ()
    additional_info: Text | None = None
