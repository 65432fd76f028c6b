"""`tutela package` as it is typed, and a whole report from a decision to the register."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.commands import InProcess, Tutela
from tests.databases import REPORTER, Opening, SteppableClock
from tests.rig import Rig, picture
from tutela.casework.evidence import ItemRecord, record_name
from tutela.casework.policy import Policy
from tutela.casework.reopening import reopen
from tutela.referral.package.keys import encoded, public_key
from tutela.sandboxes.register import Fault, Kind, RunningRegister, running
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import BadSettings, Settings, load_settings
from tutela.storage.workplace import Workplace

NOW = "2025-06-02T09:00:00Z"
sqlite_only = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
POLICY = Policy(recipients=("national_contact_point",))


@pytest.fixture
def register() -> Iterator[RunningRegister]:
    with running() as found:
        yield found


def packages(register: RunningRegister) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = register.ledger.as_dict()["packages"]
    return found


def sending(settings: Settings, register: RunningRegister) -> dict[str, Any]:
    """Return the settings of an installation that reports to the register."""
    at = replace(settings.national_contact_point, url=register.url)
    return {"policy": POLICY, "national_contact_point": at}


def test_a_decision_becomes_a_package_of_what_the_record_holds(
    opening: Opening, settings_of_installation: Settings, clock: SteppableClock, register: RunningRegister
) -> None:
    place = opening(**sending(settings_of_installation, register))
    rig = Rig(place, clock)
    case = rig.confirmed("anna", items=2)
    assert [done.result for done in place.dispatcher().run_due()] == ["filed"]
    (package,) = packages(register)
    manifest = package["manifest"]
    assert manifest["signed_by"] == encoded(public_key(place.keys.packages()))
    assert (manifest["case"], manifest["to"]["id"]) == (case, "national_contact_point")
    assert manifest["reporter"]["organisation"] == "Tutela tests"
    for item in manifest["items"]:
        record = ItemRecord.model_validate_json(place.vault.get(case, record_name(item["item"])))
        assert item["hashes"] == record.fingerprints
        assert (item["verdict"], item["viewed"], item["urgent"]) == ("known", True, False)
        assert [one["sender"]["account"] for one in item["sendings"]] == ["anna"]
    (row,) = CaseReader(place.database).referrals()
    assert (row.state, row.report_id, row.target, row.files) == ("filed", package["id"], "sandbox", 2)
    spool = settings_of_installation.data / "packages" / "national_contact_point"
    assert [path.name for path in spool.iterdir()] == [f"{package['id']}.receipt.json"]
    assert place.dispatcher().run_due() == []


@sqlite_only
@pytest.mark.parametrize("kind", [Kind.DROP, Kind.DROP_AFTER, Kind.STATUS, Kind.REDIRECT])
def test_whatever_fails_it_is_sent_once(
    opening: Opening,
    settings_of_installation: Settings,
    clock: SteppableClock,
    register: RunningRegister,
    kind: Kind,
) -> None:
    place = opening(**sending(settings_of_installation, register))
    rig = Rig(place, clock)
    for number in range(3):
        rig.confirmed(f"a{number}", items=number + 1)
        register.faults.order(Fault(kind, count=2, status=503))
        for _ in range(8):
            place.dispatcher().run_due()
            for row in CaseReader(place.database).referrals("stopped"):
                place.retry_referral(row.id, "carla")
            clock.advance(hours=1, minutes=1)
    rows = CaseReader(place.database).referrals()
    assert {row.state for row in rows} == {"filed"}
    assert sorted(str(row.report_id) for row in rows) == sorted(one["id"] for one in packages(register))
    assert len(rows) == 3


@sqlite_only
def test_what_was_found_wrong_is_withdrawn_by_a_package_that_names_the_first(
    opening: Opening, settings_of_installation: Settings, clock: SteppableClock, register: RunningRegister
) -> None:
    place = opening(**sending(settings_of_installation, register))
    rig = Rig(place, clock)
    case = rig.confirmed("anna", items=2)
    place.dispatcher().run_due()
    first = packages(register)[0]
    item = first["manifest"]["items"][0]["item"]
    with place.transactions.casework() as unit:
        unit.append(reopen(unit.case(case, lock=True), [item], "new_facts", None, actor="sven", now=clock()))
    rig.decide(case, item, "not")
    place.dispatcher().run_due()
    second = packages(register)[1]["manifest"]
    assert second["earlier"] == [first["id"]]
    (withdrawn,) = second["withdrawn"]
    assert (withdrawn["item"], withdrawn["package"]) == (item, first["id"])
    assert withdrawn["file"] == f"files/{item}"
    assert "items" not in second or second["items"] == []


@pytest.fixture
def tutela(tmp_path: Path, _sqlite_template: Path) -> Tutela:
    folder = tmp_path / "installation"
    folder.mkdir(mode=0o700)
    shutil.copy(_sqlite_template, folder / "tutela.sqlite")
    return InProcess(folder)


def test_a_report_goes_by_a_folder_and_comes_back_as_a_receipt(tutela: Tutela, tmp_path: Path) -> None:
    authority, drop = tmp_path / "authority", tmp_path / "drop"
    drop.mkdir()
    assert tutela("package", "keys", "--out", str(authority)).code == 0
    assert tutela("package", "keys", "--out", str(authority)).code == 2
    (tutela.data / "tutela.toml").write_text(
        f"""{REPORTER}
[policy]
recipients = ["national_contact_point"]
[national_contact_point]
folder = "{drop}"
public_keys = "{authority / "register.pub"}"
"""
    )
    with Workplace(load_settings(tutela.data, {}), clock := SteppableClock()) as place:
        Rig(place, clock).confirmed()
    signer = tutela("package", "signer").out.strip()
    assert tutela("referral", "dispatch", now=NOW).code == 0
    (package,) = drop.glob("*.tutela")
    key, out = authority / "register.key", tmp_path / "case"
    stranger = encoded(public_key(bytes(32)))
    refused = tutela("package", "open", str(package), "--key", str(key), "--out", str(out), "--signer", stranger)
    assert (refused.code, "not accepted" in refused.err, out.exists()) == (1, True, False)
    few = tutela("package", "open", str(package), "--key", str(key), "--out", str(out), "--most-files", "0")
    assert (few.code, out.exists()) == (1, False)
    opened = tutela("package", "open", str(package), "--key", str(key), "--out", str(out), "--signer", signer)
    assert opened.code == 0, opened.err
    assert "nobody was named" not in opened.err
    receipt = json.loads(opened.out)
    assert receipt == json.loads((out / "receipt.json").read_text())
    assert receipt["package"] == package.stem
    assert [path.read_bytes() for path in (out / "files").iterdir()] == [picture(0)]
    public = str(authority / "register.pub")
    said = tutela("package", "receipt", str(out / "receipt.json"), "--keys", public)
    assert (said.code, package.stem in said.out) == (0, True)
    (tmp_path / "changed.json").write_text(json.dumps({**receipt, "size": 1}))
    assert tutela("package", "receipt", str(tmp_path / "changed.json"), "--keys", public).code == 1
    assert tutela("package", "open", str(package), "--key", str(key), "--out", str(out)).code == 2
    key.chmod(0o644)
    readable = tutela("package", "open", str(package), "--key", str(key), "--out", str(tmp_path / "again"))
    assert (readable.code, "chmod 600" in readable.err) == (2, True)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ('url = "https://register.example"', "http on this machine"),
        ('target = "production"', "is https and elsewhere"),
        ('target = "production"\nurl = "https://register.example"', "needs public_keys and token_file"),
        ('target = "live"', "one of sandbox, test, production"),
        ('folder = "drop"', "needs public_keys"),
        ('url = "http://me:secret@127.0.0.1:8670"', "no user"),
        ('id = "other"', "no such setting"),
    ],
)
def test_settings_that_cannot_be_meant(tmp_path: Path, written: str, said: str) -> None:
    for section in ("national_contact_point", "eu_centre"):
        (tmp_path / "tutela.toml").write_text(f"[{section}]\n{written}\n")
        with pytest.raises(BadSettings, match=said):
            load_settings(tmp_path, {})


@sqlite_only
def test_keys_that_cannot_be_used_are_told(opening: Opening, settings_of_installation: Settings) -> None:
    at = settings_of_installation.national_contact_point
    for wrong in (replace(at, public_keys=at.spool / "missing"), replace(at, token_file=at.spool / "missing")):
        with opening(policy=POLICY, national_contact_point=wrong) as place:
            (unusable,) = place.unusable_recipients()
            assert unusable[0] == "national_contact_point"
            assert "missing" in unusable[1]
