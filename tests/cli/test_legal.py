"""`tutela legal` at the terminal: an order from its receipt to the figures."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from tests.commands import InProcess
from tests.databases import SteppableClock
from tests.rig import Rig, picture
from tutela.access.archive import unseal
from tutela.access.roles import Person, Role
from tutela.storage.workplace import Workplace

pytestmark = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
PASSWORD = "a bridge over a river"
SECRET = "a lamp beside a harbour"
NOW = "2025-06-02T10:00:00Z"


@pytest.fixture
def tutela(data: Path, database_url: str) -> InProcess:
    return InProcess(data, {"TUTELA_DATABASE_URL": database_url})


@pytest.fixture
def case(place: Workplace, clock: SteppableClock) -> str:
    rig = Rig(place, clock)
    one = rig.take("a", picture(0))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    for name, role in (("ruth", Role.REFERRAL_OFFICER), ("dora", Role.DATA_PROTECTION_OFFICER)):
        place.people.register(Person(name, name, frozenset({role})), PASSWORD)
    clock.set(NOW)
    return one.case


def test_an_order_from_receipt_to_figures(tutela: InProcess, case: str, place: Workplace, tmp_path: Path) -> None:
    listed = tutela("legal", "kinds", "--json", now=NOW).lines
    assert {"us-2703f", "conflict_of_law"} <= {line["id"] for line in listed}
    assert "eu-production-order" not in tutela("legal", "kinds", now=NOW).out
    given = (
        "legal", "receive", "--kind", "national-production", "--authority", "court", "--name", "Court of Luleå",
        "--country", "SE", "--reference", "T 17-25", "--received", "2025-06-02T08:00", "--service", "chat",
        "--account", "sender", "--as", "ruth",
    )  # fmt: skip
    refused = tutela(*given, now=NOW)
    assert (refused.code, "sets no time to answer" in refused.err) == (1, True)
    made = tutela(*given, "--due", "2025-06-06T00:00", "--json", now=NOW)
    (line,) = made.lines
    request = line["request"]
    assert (line["cases"], line["due_at"], line["until"]) == (
        [case], "2025-06-06T00:00:00+00:00", "2025-08-01T23:59:59+00:00",
    )  # fmt: skip
    assert request in tutela("legal", "list", now=NOW).out
    assert "OVERDUE" in tutela("legal", "list", now="2025-06-07T10:00:00Z").out
    assert "Luleå" not in tutela("legal", "show", request, now=NOW).out
    (shown,) = tutela("legal", "show", request, "--as", "dora", "--json", now=NOW).lines
    assert (shown["details"]["name"], shown["covered"][0]["evidence"]) == ("Court of Luleå", "held")
    dora = place.person("dora")
    place.approvals.decide(dora, line["asked"], allowed=True)
    assert "the hold stands" in tutela("legal", "hold", request, "--as", "ruth", now=NOW).out
    asked = tutela("legal", "ask-hand-over", request, "--as", "ruth", now=NOW).out
    place.approvals.decide(dora, asked.split("asked: ")[1].split(";")[0], allowed=True)
    path = tmp_path / "answer.archive"
    secret = (SECRET + "\n").encode()
    sent = tutela(
        "legal", "hand-over", request, "--as", "ruth", "--out", path, "--passphrase-stdin", stdin=secret, now=NOW
    )
    assert sent.code == 0, sent
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert digest in sent.out
    assert json.loads(unseal(path.read_bytes(), SECRET)["answer.json"])["cases"][0]["case"] == case
    assert json.loads(tutela("legal", "answered", request, "--as", "dora", now=NOW).out)["archive"] == digest
    assert "nothing waits" in tutela("legal", "list", now=NOW).out
    (figures,) = tutela("legal", "figures", "--from", "2025-06-02", "--to", "2025-06-30", "--json", now=NOW).lines
    total = figures["rows"][0]
    assert (total["received"]["value"], total["handed_over"]["value"], total["refused"]["value"]) == (1, 1, 0)
    assert (total["median_hours_to_answer"]["value"], total["waiting"]["value"]) == (2.0, 0)
    table = tutela("legal", "figures", "--from", "2025-01-01", "--to", "2025-06-30", now=NOW).out
    assert "unknown, at least 1" in table
    withdrawn = tutela("legal", "withdraw", request, "--reason", "proceedings_ended", "--as", "ruth", now=NOW)
    assert "asked to lift the hold" in withdrawn.out


def test_what_is_refused_or_not_held(tutela: InProcess, case: str, tmp_path: Path) -> None:
    given = (
        "legal", "receive", "--kind", "us-2703f", "--authority", "police", "--name", "Police", "--country", "US",
        "--reference", "K 4711", "--received", "2025-06-02T08:00", "--as", "ruth", "--json",
    )  # fmt: skip
    (named,) = tutela(*given, "--case", case, now=NOW).lines
    (nobody,) = tutela(*given, "--service", "chat", "--account", "nobody", now=NOW).lines
    path = tmp_path / "answer.json"
    held = tutela("legal", "answer", named["request"], "--nothing-held", "--as", "ruth", "--out", path, now=NOW)
    assert (held.code, "something is held" in held.err, path.exists()) == (1, True, False)
    said = tutela("legal", "answer", nobody["request"], "--nothing-held", "--as", "ruth", "--out", path, now=NOW)
    assert said.code == 0
    assert json.loads(path.read_text("utf-8"))["outcome"] == "nothing_held"
    there = tutela(
        "legal", "refuse", named["request"], "--reason", "incomplete", "--as", "ruth", "--out", path, now=NOW
    )
    assert (there.code, "already" in there.err) == (2, True)
    other = tmp_path / "refusal.json"
    done = tutela(
        "legal", "refuse", named["request"], "--reason", "incomplete", "--as", "ruth", "--out", other, now=NOW
    )
    assert (done.code, json.loads(other.read_text("utf-8"))["refused"]["reason"]) == (0, "incomplete")
    for arguments, code in (
        (("withdraw", named["request"], "--reason", "because", "--as", "ruth"), 2),
        (("figures", "--from", "2025-02-01", "--to", "2025-01-01"), 2),
        (("show", "nothing"), 1),
        (("hold", nobody["request"], "--as", "ruth"), 1),
    ):
        assert tutela("legal", *arguments, now=NOW).code == code, arguments
