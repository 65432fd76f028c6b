"""Who reports, who is reported, and to whom it was sent."""

from __future__ import annotations

from typing import get_args

from tutela.casework.evidence import DetailsRecord, PartyRecord
from tutela.referral.cybertipline.building import words
from tutela.referral.cybertipline.building.details import gathered, other_profiles, person_of, traces_of
from tutela.referral.cybertipline.building.records import all_records, distinct, kept_records
from tutela.referral.cybertipline.schema import (
    Country,
    Email,
    EstimatedLocation,
    IntendedRecipient,
    Person,
    PersonOrUserReported,
    Reporter,
    clean,
)
from tutela.referral.cybertipline.schema.values import LARGEST_LONG
from tutela.referral.material import Reporter as ReporterMaterial
from tutela.referral.material import ReportMaterial

_COUNTRIES: dict[str, Country] = {code: code for code in get_args(Country)}


def reporter(given: ReporterMaterial) -> Reporter:
    """Return who reports."""
    person = Person(
        first_name=clean(given.first_name),
        last_name=clean(given.last_name),
        email=(Email(value=clean(given.email)),),
    )
    return Reporter(reporting_person=person)


def senders(material: ReportMaterial) -> tuple[PersonOrUserReported, ...]:
    """Return the accounts that sent the items, and those that sent what is withdrawn as far as records are left."""
    records = kept_records(material)
    everything = gathered(all_records(material))
    return tuple(
        PersonOrUserReported(
            person_or_user_reported_person=person_of(told) if told else None,
            esp_identifier=clean(party.account),
            esp_service=clean(record.service_name),
            prior_ct_reports=tuple(int(number) for number in material.prior if _is_number(number)),
            estimated_location=_location(party),
            # The schema knows accounts disabled for a time and for good; the record does not say which it will be.
            additional_info=" ".join(said) if (said := _said(material, told)) else None,
            **traces_of(told),
        )
        for party, record in distinct((r.sender, r) for r in records if r.sender is not None)
        for told in [everything.get(party.account)]
    )


def recipients(material: ReportMaterial) -> tuple[IntendedRecipient, ...]:
    """Return the accounts to which the items were sent, then and later."""
    everything = gathered(all_records(material))
    named = ((party, r) for file in material.items for r in file.records for party in r.recipients)
    return tuple(
        IntendedRecipient(
            intended_recipient_person=person_of(told) if told else None,
            esp_identifier=clean(party.account),
            esp_service=clean(record.service_name),
            estimated_location=_location(party),
            additional_info=tuple(f"Profile: {one}" for one in other_profiles(told)),
            **traces_of(told),
        )
        for party, record in distinct(named)
        for told in [everything.get(party.account)]
    )


def _said(material: ReportMaterial, told: DetailsRecord | None) -> list[str]:
    said = [words.suspension(material.suspension)] if material.suspension else []
    return said + [f"Profile: {one}" for one in other_profiles(told)]


def _location(party: PartyRecord) -> EstimatedLocation | None:
    # A country that the schema does not have still stands in the words of the report.
    code = _COUNTRIES.get(party.country or "")
    return None if code is None else EstimatedLocation(country_code=code)


def _is_number(number: str) -> bool:
    # The schema takes whole numbers alone; another form of number still stands in the words.
    return number.isascii() and number.isdigit() and 1 <= int(number) <= LARGEST_LONG
