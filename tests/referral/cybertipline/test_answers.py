"""Answers are not trusted: whatever comes, a client ends with a result that holds, or with an error of its own."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.referral.cybertipline.doors import KINDS, a_report, answering, door
from tutela.referral.cybertipline.answers import MOST_ANSWER
from tutela.referral.cybertipline.errors import CyberTiplineError, Retry, UnclearAnswer, WrongAnswer, WrongReceipt
from tutela.referral.cybertipline.schema import FileDetails
from tutela.referral.cybertipline.target import CyberTiplineSettings

SANDBOX = CyberTiplineSettings()
OK = b"<reportResponse><responseCode>0</responseCode><responseDescription/>%s</reportResponse>"
DONE = b"<reportDoneResponse><responseCode>0</responseCode>%s</reportDoneResponse>"
ENTITY = b'<!DOCTYPE r [<!ENTITY e "7">]>' + OK % b"<reportId>&e;</reportId>"
BOMB = (
    b'<!DOCTYPE r [<!ENTITY a "' + b"x" * 1000 + b'"><!ENTITY b "' + b"&a;" * 1000 + b'">]><r>' + b"&b;" * 99 + b"</r>"
)
UNCLEAR = {
    "nothing": b"",
    "no XML": b"OK",
    "a page": b"<html><body>Bad gateway</body></html>",
    "an entity": ENTITY,
    "a bomb": BOMB,
    "a DTD elsewhere": b'<!DOCTYPE r SYSTEM "http://127.0.0.1:9/x">' + OK % b"<reportId>7</reportId>",
    "another answer": DONE % b"<reportId>7</reportId><files/>",
    "no code": b"<reportResponse><responseDescription/></reportResponse>",
    "a code that is none": b"<reportResponse><responseCode>zero</responseCode></reportResponse>",
    "too much": OK % (b"<reportId>7</reportId>" + b" " * MOST_ANSWER),
}
WRONG = {
    "no number": OK % b"",
    "an empty number": OK % b"<reportId/>",
    "a number that is none": OK % b"<reportId>7;8</reportId>",
    "zero": OK % b"<reportId>0</reportId>",
    "less than nothing": OK % b"<reportId>-7</reportId>",
    "beyond 63 bits": OK % b"<reportId>9223372036854775808</reportId>",
    "other digits": OK % "<reportId>\N{ARABIC-INDIC DIGIT SEVEN}</reportId>".encode(),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", UNCLEAR)
def test_what_is_no_answer_is_none(kind: str, name: str) -> None:
    with door(kind, SANDBOX, answering(200, UNCLEAR[name])) as client, pytest.raises(UnclearAnswer) as found:
        client.submit(a_report())
    assert (found.value.request_id, found.value.retry) == ("r-1", Retry.ASK)


@pytest.mark.parametrize("name", WRONG)
def test_a_success_without_a_number_is_none(name: str) -> None:
    with door("sync", SANDBOX, answering(200, WRONG[name])) as client, pytest.raises(WrongAnswer) as found:
        client.submit(a_report())
    assert found.value.retry is Retry.ASK


@pytest.mark.parametrize("kind", KINDS)
def test_compressed_answers_are_not_unpacked(kind: str) -> None:
    body = gzip.compress(OK % b"<reportId>7</reportId>")
    packed = answering(200, body, Content_Encoding="gzip")
    with door(kind, SANDBOX, packed) as client, pytest.raises(UnclearAnswer, match="compressed"):
        client.submit(a_report())


@pytest.mark.parametrize("kind", KINDS)
def test_answers_about_another_report(kind: str) -> None:
    other = OK % b"<reportId>8</reportId><fileId>f</fileId><hash>0</hash>"
    with door(kind, SANDBOX, answering(200, other)) as client:
        for call in (
            lambda: client.retract(7),
            lambda: client.upload(7, b"x"),
            lambda: client.file_info(FileDetails(report_id=7, file_id="f")),
        ):
            with pytest.raises(WrongAnswer, match="another report"):
                call()
    receipt = DONE % b"<reportId>8</reportId><files/>"
    with door(kind, SANDBOX, answering(200, receipt)) as client, pytest.raises(WrongReceipt) as found:
        client.finish(7)
    assert found.value.retry is Retry.NEVER


@pytest.mark.parametrize("missing", [b"<fileId>f</fileId>", b"<hash>9dd4e461268c8034f5c8564e155c67a6</hash>"])
def test_an_upload_needs_an_id_and_a_digest(missing: bytes) -> None:
    with door("sync", SANDBOX, answering(200, OK % missing)) as client, pytest.raises(WrongAnswer, match="lacks"):
        client.upload(7, b"x")


def test_namespaces_and_white_space_do_not_matter() -> None:
    body = (
        b'<r:reportResponse xmlns:r="urn:x"><r:responseCode> 0\n</r:responseCode>'
        b"<r:reportId>\t7 </r:reportId></r:reportResponse>"
    )
    with door("sync", SANDBOX, answering(200, body)) as client:
        assert client.submit(a_report()).report_id == 7


GOOD = OK % b"<reportId>7</reportId>"


@given(
    body=st.binary(max_size=200) | st.sampled_from([*UNCLEAR.values(), *WRONG.values(), GOOD]),
    status=st.sampled_from([200, 204, 301, 400, 401, 403, 404, 429, 500, 503]),
)
def test_any_answer_at_all(body: bytes, status: int) -> None:
    with door("sync", SANDBOX, answering(status, body)) as client:
        if body == GOOD and status in (200, 204):
            assert client.submit(a_report()).report_id == 7
        else:
            with pytest.raises(CyberTiplineError) as refused:
                client.submit(a_report())
            assert refused.value.request_id == "r-1"
