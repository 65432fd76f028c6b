"""What a report lacks: each reason alone, and none where nothing is missing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from tests.referral.cybertipline.doors import a_report
from tests.referral.cybertipline.models import models_of
from tutela.referral.cybertipline.actionable import MEANINGS, Lack, lacks
from tutela.referral.cybertipline.schema import (
    Address,
    BatchedReport,
    BatchReason,
    DeviceId,
    Email,
    EstimatedLocation,
    FileAnnotation,
    FileDetails,
    IpCaptureEvent,
    Person,
    PersonOrUserReported,
    Report,
)

IP = (IpCaptureEvent(ip_address="192.0.2.1"),)
WHOLE = PersonOrUserReported(esp_identifier="a", ip_capture_event=IP)


def described(**changes: Any) -> FileDetails:
    return FileDetails(**{"report_id": 1, "file_id": "f", "file_viewed_by_esp": True, **changes})


def reported(**changes: Any) -> Report:
    return a_report(person_or_user_reported=(PersonOrUserReported(**changes),))


VIRAL = frozenset({FileAnnotation.VIRAL})
CASES: list[tuple[Report, list[FileDetails], tuple[Lack, ...]]] = [
    (a_report(person_or_user_reported=(WHOLE,)), [described()], ()),
    (a_report(), [described()], (Lack.NOBODY_REPORTED, Lack.NO_LOCATION)),
    (a_report(), [], (Lack.NOBODY_REPORTED, Lack.NO_LOCATION, Lack.NO_FILE)),
    (reported(esp_identifier="a"), [described()], (Lack.NO_USER_DETAILS, Lack.NO_LOCATION)),
    (reported(estimated_location=EstimatedLocation()), [described()], (Lack.NO_USER_DETAILS, Lack.NO_LOCATION)),
    (reported(estimated_location=EstimatedLocation(country_code="SE")), [described()], (Lack.NO_USER_DETAILS,)),
    (reported(device_id=(DeviceId(id_type="IMEI", id_value="1"),)), [described()], (Lack.NO_LOCATION,)),
    (
        reported(person_or_user_reported_person=Person(email=(Email(value="e"),), address=(Address(city="c"),))),
        [described()],
        (),
    ),
    (reported(esp_identifier="a"), [described(ip_capture_event=IP[0])], (Lack.NO_USER_DETAILS,)),
    (a_report(person_or_user_reported=(WHOLE,)), [described(file_viewed_by_esp=False)], (Lack.NO_FILE_VIEWED,)),
    (a_report(person_or_user_reported=(WHOLE,)), [described(file_viewed_by_esp=None), described()], ()),
    (a_report(person_or_user_reported=(WHOLE,)), [described(file_annotations=VIRAL)], (Lack.VIRAL_ONLY,)),
    (a_report(person_or_user_reported=(WHOLE,)), [described(potential_meme=True), described()], ()),
    (
        a_report(
            person_or_user_reported=(WHOLE,), batched_report=BatchedReport(reason=BatchReason.VIRAL_POTENTIAL_MEME)
        ),
        [described()],
        (Lack.VIRAL_ONLY,),
    ),
]


@pytest.mark.parametrize(("report", "files", "missing"), CASES)
def test_reasons(report: Report, files: list[FileDetails], missing: tuple[Lack, ...]) -> None:
    assert lacks(report, files) == missing


@given(report=models_of(Report), more=models_of(FileDetails))
def test_a_user_and_a_viewed_file_never_make_it_worse(report: Report, more: FileDetails) -> None:
    before = set(lacks(report, [more]))
    users = (*report.person_or_user_reported, WHOLE)
    after = set(lacks(report.model_copy(update={"person_or_user_reported": users}), [more, described()]))
    assert after <= before
    assert after <= {Lack.VIRAL_ONLY}


def test_every_reason_has_its_words() -> None:
    assert set(MEANINGS) == set(Lack)
