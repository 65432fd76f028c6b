"""The documents of the CyberTipline as models. It needs no extra."""

from __future__ import annotations

from tutela.referral.cybertipline.schema.accounts import (
    AccountPermanentlyDisabled,
    AccountPlatform,
    AccountTemporarilyDisabled,
    AssociatedAccount,
    AssociatedAccountType,
    CaptureEvent,
    DeviceId,
    IpCaptureEvent,
)
from tutela.referral.cybertipline.schema.files import (
    Details,
    FileAnnotation,
    FileClassification,
    FileDetails,
    FileRelevance,
    MetadataType,
    NameValue,
    OriginalFileHash,
)
from tutela.referral.cybertipline.schema.incident import (
    BatchedReport,
    BatchReason,
    IncidentSummary,
    IncidentType,
    ReportAnnotation,
)
from tutela.referral.cybertipline.schema.internet import (
    CellPhoneIncident,
    ChatImIncident,
    EmailIncident,
    InternetIncident,
    NewsgroupIncident,
    NonInternetIncident,
    OnlineGamingIncident,
    Peer2peerIncident,
    WebPageIncident,
)
from tutela.referral.cybertipline.schema.parties import (
    IntendedRecipient,
    InternationalLegalProcess,
    LawEnforcement,
    PersonOrUserReported,
    Reporter,
    Victim,
)
from tutela.referral.cybertipline.schema.people import ContactPerson, Email, EmailType, Person, Phone, PhoneType
from tutela.referral.cybertipline.schema.places import Address, AddressType, Country, EstimatedLocation, State
from tutela.referral.cybertipline.schema.report import Report
from tutela.referral.cybertipline.schema.values import clean

__all__ = [
    "AccountPermanentlyDisabled",
    "AccountPlatform",
    "AccountTemporarilyDisabled",
    "Address",
    "AddressType",
    "AssociatedAccount",
    "AssociatedAccountType",
    "BatchReason",
    "BatchedReport",
    "CaptureEvent",
    "CellPhoneIncident",
    "ChatImIncident",
    "ContactPerson",
    "Country",
    "Details",
    "DeviceId",
    "Email",
    "EmailIncident",
    "EmailType",
    "EstimatedLocation",
    "FileAnnotation",
    "FileClassification",
    "FileDetails",
    "FileRelevance",
    "IncidentSummary",
    "IncidentType",
    "IntendedRecipient",
    "InternationalLegalProcess",
    "InternetIncident",
    "IpCaptureEvent",
    "LawEnforcement",
    "MetadataType",
    "NameValue",
    "NewsgroupIncident",
    "NonInternetIncident",
    "OnlineGamingIncident",
    "OriginalFileHash",
    "Peer2peerIncident",
    "Person",
    "PersonOrUserReported",
    "Phone",
    "PhoneType",
    "Report",
    "ReportAnnotation",
    "Reporter",
    "State",
    "Victim",
    "WebPageIncident",
    "clean",
]
