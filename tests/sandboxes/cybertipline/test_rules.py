"""The rules outside the schema, through HTTP."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tutela.sandboxes.cybertipline.moments import parse_moment

if TYPE_CHECKING:
    from tests.sandboxes.cybertipline.conftest import Client, Clock, Documents


@pytest.mark.parametrize(
    ("moment", "accepted"),
    [
        ("2026-03-01T11:59:59.999Z", True),
        ("2026-03-01T12:00:00Z", False),
        ("2026-03-01T12:00:01Z", False),
        ("2026-03-01T13:59:59+02:00", True),
        ("2026-03-01T11:59:59-00:01", False),
        ("2026-03-01T11:59:59", True),
        ("2026-03-01T12:00:01", False),
        ("2026-02-28T24:00:00Z", True),
        ("2026-03-01T24:00:00Z", False),
        ("-0044-03-15T12:00:00Z", True),
        ("12026-01-01T00:00:00Z", False),
    ],
)
def test_the_incident_lies_in_the_past(client: Client, documents: type[Documents], moment: str, accepted: bool) -> None:
    reply = client.submit(documents.report(incidentDateTime=moment))
    assert reply.outcome == ((200, 0) if accepted else (400, 4100))


def test_the_past_is_judged_by_the_clock_given(client: Client, documents: type[Documents], clock: Clock) -> None:
    xml = documents.report(incidentDateTime="2026-03-01T12:00:00Z")
    assert client.submit(xml).code == 4100
    clock.advance(seconds=1)
    assert client.submit(xml).code == 0


LIMITS = [("platform", 3000), ("escalateToHighPriority", 3000)]


@pytest.mark.parametrize(("tag", "limit"), LIMITS)
def test_texts_are_limited_in_characters(client: Client, documents: type[Documents], tag: str, limit: int) -> None:
    assert client.submit(documents.report(**{tag: "雪" * limit})).code == 0
    reply = client.submit(documents.report(**{tag: "雪" * (limit + 1)}))
    assert reply.outcome == (400, 4100)
    assert str(limit) in reply.text("responseDescription")


BAD_URLS = [
    "a bridge",
    " https://example.org",
    "https://example.org/\n",
    "a\tb",
    "a\u0085b",
    "a\u00a0b",
    "a\u2028b",
]


@pytest.mark.parametrize("url", BAD_URLS)
@pytest.mark.parametrize(
    "path",
    [
        ("internetDetails", "webPageIncident", "url"),
        ("personOrUserReported", "profileUrl"),
        ("intendedRecipient", "profileUrl"),
    ],
)
def test_urls_hold_no_white_space(client: Client, documents: type[Documents], path: tuple[str, ...], url: str) -> None:
    # internetDetails comes before the reporter, so it cannot simply be appended.
    base = documents.report()
    if path[0] == "internetDetails":
        marker = b"  <reporter>"
        holder = documents.with_element(b"<r/>", ".", *path, text=url)[3:-4]
        good_holder = documents.with_element(b"<r/>", ".", *path, text="https://example.org/%20")[3:-4]
        bad, good = (base.replace(marker, found + marker) for found in (holder, good_holder))
    else:
        bad = documents.with_element(base, ".", *path, text=url)
        good = documents.with_element(base, ".", *path, text="https://example.org/%20")
    assert client.submit(good).outcome == (200, 0)
    assert client.submit(bad).outcome == (400, 4100)


def test_the_legal_url_holds_no_white_space(client: Client, documents: type[Documents]) -> None:
    bad = documents.with_element(documents.report(), "reporter", "legalURL", text="a bridge")
    assert client.submit(bad).outcome == (400, 4100)


@pytest.mark.parametrize(
    ("values", "accepted"),
    [
        ({}, True),
        ({"fileViewedByEsp": "true", "exifViewedByEsp": "true"}, True),
        ({"fileViewedByEsp": "1", "exifViewedByEsp": "1"}, True),
        ({"fileViewedByEsp": "true", "exifViewedByEsp": "false"}, True),
        ({"exifViewedByEsp": "false"}, True),
        ({"exifViewedByEsp": "true"}, False),
        ({"exifViewedByEsp": " 1 "}, False),
        ({"fileViewedByEsp": "false", "exifViewedByEsp": "true"}, False),
        ({"fileRelevance": "Supplemental Reported"}, True),
        ({"fileRelevance": "Supplemental Reported", "fileAnnotations": "viral"}, True),
        ({"fileRelevance": "Reported", "industryClassification": "A1"}, True),
        ({"fileRelevance": "Reported", "fileAnnotations": "potentialMeme"}, True),
        ({"potentialMeme": "true", "industryClassification": "B2"}, True),
        ({"fileRelevance": "Supplemental Reported", "industryClassification": "A1"}, False),
        ({"fileRelevance": "Supplemental Reported", "potentialMeme": "true"}, False),
        ({"fileRelevance": "Supplemental Reported", "potentialMeme": "false"}, False),
        ({"fileRelevance": "Supplemental Reported", "fileAnnotations": "potentialMeme"}, False),
        ({"originalFileName": "x" * 2056}, True),
        ({"originalFileName": "x" * 2057}, False),
        ({"locationOfFile": "x" * 2083}, True),
        ({"locationOfFile": "x" * 2084}, False),
        ({"locationOfFile": "a bridge"}, False),
        ({"potentialMeme": "true", "fileAnnotations": "viral"}, False),
    ],
)
def test_rules_of_file_details(
    client: Client, documents: type[Documents], values: dict[str, str], accepted: bool
) -> None:
    report_id = client.open_report(documents.report())
    file_id = client.upload(report_id).text("fileId")
    reply = client.fileinfo(documents.details(report_id, file_id, **values))
    assert reply.outcome == ((200, 0) if accepted else (400, 4100)), reply.http.text
    assert len(client.ledger_report(report_id)["files"][0]["fileinfo"]) == accepted


ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)), ZONES)  # noqa: DTZ001 - hypothesis adds none
def test_moments_are_read_as_python_reads_them(moment: datetime, zone: timezone) -> None:
    aware = moment.replace(tzinfo=zone)
    assert parse_moment(aware.isoformat()) == aware
    assert parse_moment(aware.isoformat()).utcoffset() == timedelta()


def test_moments_beyond_python() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert parse_moment("0001-01-01T00:00:00+14:00") == first
    assert parse_moment("9999-12-31T24:00:00Z") == last
    assert parse_moment("2026-01-01T00:00:00.1234567899Z").microsecond == 123456
    with pytest.raises(ValueError, match="date and time"):
        parse_moment("2026-01-01")
