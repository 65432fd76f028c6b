"""What a report lacks before somebody can act on it.

NCMEC calls a report actionable where it tells enough to investigate: details of the user, imagery, and a possible
location. Otherwise, and where the material is viral and reported many times, it is informational (CyberTipline data
of NCMEC). Which one a report becomes is NCMEC's to say; this says what is missing for sure.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from tutela.referral.cybertipline.schema import FileAnnotation, FileDetails, PersonOrUserReported, Report

_VIRAL = frozenset({FileAnnotation.VIRAL, FileAnnotation.POTENTIAL_MEME})


class Lack(StrEnum):
    """Why a report may not be actionable."""

    NOBODY_REPORTED = "nobody_reported"
    NO_USER_DETAILS = "no_user_details"
    NO_LOCATION = "no_location"
    NO_FILE = "no_file"
    NO_FILE_VIEWED = "no_file_viewed"
    VIRAL_ONLY = "viral_only"


MEANINGS: dict[Lack, str] = {
    Lack.NOBODY_REPORTED: "no person or account is reported",
    Lack.NO_USER_DETAILS: "nothing but an identifier is known of the user: no name, email, telephone, IP or device",
    Lack.NO_LOCATION: "no possible location: no IP address, address or country of a reported user",
    Lack.NO_FILE: "no file goes with it",
    Lack.NO_FILE_VIEWED: "nobody viewed a file, so that authorities may need a warrant before they open one",
    Lack.VIRAL_ONLY: "every file is said to be viral or a meme",
}


def lacks(report: Report, files: Sequence[FileDetails]) -> tuple[Lack, ...]:
    """Return what a report and the descriptions of its files lack, in the order of `Lack`; nothing is best."""
    reported = report.person_or_user_reported
    found = {
        Lack.NOBODY_REPORTED: not reported,
        Lack.NO_USER_DETAILS: bool(reported) and not any(_has_details(one) for one in reported),
        Lack.NO_LOCATION: not any(_has_location(one) for one in reported)
        and not any(file.ip_capture_event for file in files),
        Lack.NO_FILE: not files,
        Lack.NO_FILE_VIEWED: bool(files) and not any(file.file_viewed_by_esp for file in files),
        Lack.VIRAL_ONLY: report.batched_report is not None or (bool(files) and all(_viral(file) for file in files)),
    }
    return tuple(lack for lack in Lack if found[lack])


def _has_details(user: PersonOrUserReported) -> bool:
    person = user.person_or_user_reported_person
    named = person is not None and bool(person.first_name or person.last_name or person.phone or person.email)
    return named or bool(user.ip_capture_event or user.device_id or user.associated_account)


def _has_location(user: PersonOrUserReported) -> bool:
    person = user.person_or_user_reported_person
    location = user.estimated_location
    known = location is not None and bool(location.city or location.region or location.country_code)
    return known or bool(user.ip_capture_event) or (person is not None and bool(person.address))


def _viral(file: FileDetails) -> bool:
    return bool(file.potential_meme) or bool(file.file_annotations & _VIRAL)
