"""Processes killed at random moments (SIGKILL) and started again: nothing is lost, nothing happens twice.

`make test` kills ten times, `make soak` (TUTELA_SOAK=1) more than a hundred. The moments come from a seeded
generator; where in the program they fall depends on the machine.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select

from tests.commands import ROOT, TUTELA, Tutela
from tests.databases import REPORTER, Postgres, SteppableClock
from tests.rig import CHAT, Rig, dump, listed_exactly, listed_nearly, party, picture
from tutela.casework.evidence import ItemRecord, bytes_name, record_name, remark_name, repeat_name
from tutela.content.item import Provenance
from tutela.detection.hashlists.hashlist import HashList
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import CaseClosed, CaseEscalated, ItemDecided
from tutela.events.catalogue.intake import ItemSeenAgain, ItemsTallied
from tutela.events.catalogue.referral import ReferralFiled, ReferralOpened, ReferralOrdered
from tutela.events.envelope import Event
from tutela.sandboxes.cybertipline import running
from tutela.storage import schema
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

SOAK = bool(os.environ.get("TUTELA_SOAK"))
pytestmark = [pytest.mark.soak, pytest.mark.timeout(3000 if SOAK else 240)]


def kills(soak: int, usual: int) -> int:
    return soak if SOAK else usual


@dataclass
class Reaper:
    """Starts a command and kills it after a random time, or sees it end. Keeps the count.

    `progress` counts what was recorded: a kill at which it has grown fell into the work and not into the start.
    """

    rng: random.Random
    wanted: int
    idle_seconds: float
    full_seconds: float
    done: int = 0
    runs: int = 0
    within: int = 0

    def run(self, command: Sequence[str | Path], env: dict[str, str], progress: Callable[[], int]) -> bool:
        """Run once; return whether it came to its own end."""
        self.runs += 1
        before = progress()
        limit = self.rng.uniform(0.9 * self.idle_seconds, self.full_seconds) if self.done < self.wanted else None
        process = _started(command, env)
        try:
            _, told = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            self.done += 1
            self.within += progress() > before
            return False
        finally:
            assert_no_worker_left(process.pid)
        assert process.returncode == 0, told
        assert b"Traceback" not in told, told
        if limit is not None:
            # It was over before its moment came: the machine has become faster than it was.
            self.full_seconds = max(1.1 * self.idle_seconds, 0.8 * self.full_seconds)
        return True

    def report(self, what: str) -> None:
        print(f"{what}: {self.done} kills in {self.runs} runs, {self.within} of them in the midst of work")  # noqa: T201


def _started(command: Sequence[str | Path], env: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=env, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def timed(command: Sequence[str | Path], env: dict[str, str]) -> float:
    """Return how long a command takes."""
    start = time.monotonic()
    process = _started(command, env)
    _, told = process.communicate()
    assert process.returncode == 0, told
    return time.monotonic() - start


def recorded(tutela: Tutela) -> int:
    """Return how much an installation has recorded: events, and lines of the ledger."""
    with Workplace(load_settings(tutela.data, {})) as place, place.database.read() as connection:
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (schema.events, schema.ledger)
        )


def assert_no_worker_left(session: int) -> None:
    """Fail if a process of the killed one's session lives on."""
    until = time.monotonic() + 20
    while left := _in_session(session):
        assert time.monotonic() < until, f"left behind: {left}"
        time.sleep(0.02)


def _in_session(session: int) -> list[str]:
    left = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[3]) == session and fields[0] != "Z":
                left.append(stat.parent.joinpath("cmdline").read_text().replace("\0", " "))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return left


@dataclass
class Fresh:
    """Makes installations."""

    folder: Path
    postgres: Postgres | None
    made: int = 0

    def __call__(self) -> Tutela:
        self.made += 1
        data = self.folder / f"data-{self.made}"
        data.mkdir(mode=0o700)
        # The database's address is written down, so that every process of the test finds it.
        url = f'database_url = "{self.postgres.migrated()}"\n' if self.postgres else ""
        (data / "tutela.toml").write_text(url + REPORTER, "utf-8")
        return Tutela(data)


@pytest.fixture
def fresh(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Fresh:
    return Fresh(tmp_path, request.getfixturevalue("postgres") if backend == "postgresql" else None)


def payloads(place: Workplace, cls: type[Payload]) -> list[tuple[str, Any]]:
    with place.transactions.reading() as log:
        return [(e.subject, e.payload) for e in log.read(types=[cls.TYPE])]


# A scan


def planted_folder(folder: Path, rng: random.Random, files: int) -> dict[str, bytes]:
    """Make a folder; return the planted copies by name. Every tenth content is planted under two names."""
    folder.mkdir()
    planted: dict[str, bytes] = {}
    for number in range(files):
        name = f"{rng.randrange(10**6):06}-{number}"
        if number % 5 == 0:
            content = picture(2000 + (number if number % 50 else 0), 64)
            planted[name] = content
        elif number % 5 == 1:
            content = b"\x89PNG\r\n\x1a\n broken " + name.encode()
        elif number % 5 == 2:
            content = b"text " + name.encode()
        else:
            content = picture(3000 + number % 40, 64)
        (folder / name).write_bytes(content)
    return planted


def events_of(place: Workplace, subject: str) -> list[Event]:
    with place.transactions.reading() as log:
        return list(log.read(subject=subject))


def assert_scanned(place: Workplace, planted: dict[str, bytes], files: int) -> None:
    rows = [row for _, tally in payloads(place, ItemsTallied) for row in tally.rows]
    assert sum(row.items for row in rows) == files
    outcomes: Counter[str] = Counter()
    for row in rows:
        outcomes[row.outcome] += row.items
    assert outcomes["match"] == len(planted)
    assert outcomes["undecodable"] == len([n for n in range(files) if n % 5 == 1])
    assert outcomes["error"] == 0
    place.tidy(older_than=0)
    assert place.tidy(older_than=0) == []
    reader = CaseReader(place.database)
    cases = [reader.one(row.id) for row in reader.all()]
    held: Counter[bytes] = Counter()
    repeats = 0
    for case in cases:
        assert len(case.items) == 1  # nobody is named as the sender, so each content has a case of its own
        for item in case.items:
            data = place.vault.get(case.id, bytes_name(item.id))
            record = ItemRecord.model_validate_json(place.vault.get(case.id, record_name(item.id)))
            assert planted[Path(record.name).name] == data
            held[data] += 1
            repeats += item.seen_again
        again = [
            repeat_name(event.payload.item, event.id)
            for event in events_of(place, case.id)
            if isinstance(event.payload, ItemSeenAgain)
        ]
        assert len(again) == sum(item.seen_again for item in case.items)
        assert place.vault.names(case.id) == sorted(
            [*again, *(name for item in case.items for name in (bytes_name(item.id), record_name(item.id)))]
        )
    assert held == Counter(set(planted.values()))
    assert repeats == len(planted) - len(held)
    assert sorted(case.id for case in cases) == place.keys.cases()
    assert sorted(p.name for p in (place.settings.data / "evidence").glob("*/*")) == place.keys.cases()
    tables = dump(place.database, only_projections=False)
    assert tables["ledger"] == tables["batches"] == tables["batch_counts"] == []


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_a_scan(backend: str, fresh: Fresh, tmp_path: Path) -> None:
    rng = random.Random(f"scan {backend}")
    files = 200 if SOAK else 100
    folder = tmp_path / "folder"
    planted = planted_folder(folder, rng, files)
    contents = sorted(set(planted.values()))

    def listed() -> Tutela:
        tutela = fresh()
        with Workplace(load_settings(tutela.data, {})) as place:
            place.lists.create(HashList("known", "Owner", "made up", "test", None))
            place.lists.add("known", [(listed_exactly if n % 2 else listed_nearly)(d) for n, d in enumerate(contents)])
        return tutela

    command: list[str | Path] = [TUTELA, "scan", folder, "--jobs", "2"]
    first = listed()
    idle = timed([TUTELA, "service", "list"], first.env())
    reaper = Reaper(rng, kills(24, 2), idle, timed(command, first.env()))
    while True:
        tutela = listed()
        # One that is killed after its tally is recorded is done: the same command would be another scan.
        while not reaper.run(command, tutela.env(), lambda: recorded(tutela)) and not _tallied(tutela):  # noqa: B023
            pass
        with Workplace(load_settings(tutela.data, {})) as place:
            assert_scanned(place, planted, files)
        if reaper.done >= reaper.wanted:
            break
    reaper.report(f"scan on {backend}")


def _tallied(tutela: Tutela) -> bool:
    with Workplace(load_settings(tutela.data, {})) as place:
        return bool(payloads(place, ItemsTallied))


# A person's decisions


def filled(tutela: Tutela, cases: int, items: int, *, decide: bool) -> None:
    """Make an installation with cases of some items each, decided or not."""
    clock = SteppableClock(datetime(2025, 5, 1, tzinfo=UTC))
    with Workplace(load_settings(tutela.data, {}), clock) as place:
        rig = Rig(place, clock, known=range(items), near=range(40, 42))
        for case in range(cases):
            if decide:
                rig.confirmed(f"account {case}", items)
            else:
                for item in range(items):
                    rig.take(f"{case}-{item}", picture(item), Provenance(party(f"account {case}"), name="x"))
        rig.close(CHAT)


def assert_decided(place: Workplace) -> None:
    reader = CaseReader(place.database)
    decided = Counter(payload.item for _, payload in payloads(place, ItemDecided))
    closed = Counter(subject for subject, _ in payloads(place, CaseClosed))
    ordered = Counter(subject for subject, _ in payloads(place, ReferralOrdered))
    remarked: dict[str, set[str]] = {}
    with place.transactions.reading() as log:
        for event in log.read(types=[ItemDecided.TYPE, CaseEscalated.TYPE]):
            assert event.payload.model_dump()["remarks"]
            remarked.setdefault(event.subject, set()).add(remark_name(event.id))
    place.tidy(older_than=0)
    for row in reader.all():
        case = reader.one(row.id)
        assert all(decided[item.id] == 1 and item.verdict and item.viewed for item in case.items)
        confirmed = any(item.verdict != "not" for item in case.items)
        assert case.state.value == ("confirmed" if confirmed else "dismissed")
        assert (closed[case.id], ordered[case.id], len(case.referrals)) == (1, int(confirmed), int(confirmed))
        removals = sorted(a.item_id or "" for a in case.actions)
        assert removals == ([""] if confirmed else []) + sorted(i.id for i in case.items if i.verdict != "not")
        assert {n for n in place.vault.names(case.id) if n.endswith(".remark")} == remarked[case.id]
        for name in remarked[case.id]:
            place.vault.get(case.id, name)
    before = dump(place.database)
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_decisions(backend: str, fresh: Fresh) -> None:
    def undecided() -> Tutela:
        tutela = fresh()
        filled(tutela, cases=30 if SOAK else 15, items=3, decide=False)
        return tutela

    command = [sys.executable, "-m", "tests.cli.deciding"]
    first = undecided()
    idle = timed([sys.executable, "-c", "import tests.cli.deciding"], first.env())
    reaper = Reaper(
        random.Random(f"decide {backend}"), kills(16, 2), idle, timed([*command, str(first.data)], first.env())
    )
    while True:
        tutela = undecided()
        while not reaper.run([*command, str(tutela.data)], tutela.env(), lambda: recorded(tutela)):  # noqa: B023
            pass
        with Workplace(load_settings(tutela.data, {})) as place:
            assert_decided(place)
        if reaper.done >= reaper.wanted:
            break
    reaper.report(f"decisions on {backend}")


# Reports


def assert_reported(place: Workplace, ledger: dict[str, Any], kills_so_far: int) -> None:
    """Hold our record against the sandbox's ledger."""
    with place.database.read() as connection:
        assert connection.execute(select(func.count()).select_from(schema.leases)).scalar_one() == 0
    at_sandbox = {str(report["id"]): report for report in ledger["reports"]}
    finished = {id_ for id_, report in at_sandbox.items() if report["state"] == "finished"}
    referrals = CaseReader(place.database).referrals()
    assert {r.state for r in referrals} == {"filed"}
    assert sorted(r.report_id or "" for r in referrals) == sorted(finished)
    filed = Counter(payload.referral for _, payload in payloads(place, ReferralFiled))
    assert filed == Counter(r.id for r in referrals)
    for referral in referrals:
        assert referral.report_id is not None
        case = CaseReader(place.database).one(referral.case_id)
        files = at_sandbox[referral.report_id]["files"]
        wanted = []
        for item in case.items:
            record = ItemRecord.model_validate_json(place.vault.get(case.id, record_name(item.id)))
            wanted.append(record.fingerprints["md5"])
        assert sorted(f["md5"] for f in files) == sorted(wanted)
        assert all(len(f["fileinfo"]) == 1 for f in files)
        assert referral.files in (None, len(files))  # nothing where a refused retraction told of it
        assert f"Case {case.id}." in at_sandbox[referral.report_id]["xml"]
    # A report whose number was lost between the sandbox and the record expires by itself; one at most for each kill.
    left_open = [r for r in ledger["reports"] if r["state"] == "open"]
    assert len(left_open) <= kills_so_far
    opened = {payload.report_id for _, payload in payloads(place, ReferralOpened)}
    assert not opened & {str(r["id"]) for r in left_open}


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"], indirect=True)
def test_reports(backend: str, fresh: Fresh) -> None:
    def ordered() -> Tutela:
        tutela = fresh()
        filled(tutela, cases=12 if SOAK else 8, items=2, decide=True)
        return tutela

    command: list[str | Path] = [TUTELA, "referral", "dispatch"]
    with running(user="sandbox", password="sandbox") as sandbox:
        first = ordered()
        idle = timed([TUTELA, "referral", "list"], first.env())
        full = timed(command, first.env(TUTELA_CYBERTIPLINE_URL=sandbox.base_url))
    reaper = Reaper(random.Random(f"dispatch {backend}"), kills(16, 1), idle, full)
    while True:
        tutela = ordered()
        before = reaper.done
        with running(user="sandbox", password="sandbox") as sandbox:
            now = datetime(2025, 5, 2, tzinfo=UTC)
            while True:
                # Later than any lease that a killed process may have left.
                now += timedelta(minutes=11)
                env = tutela.env(TUTELA_CYBERTIPLINE_URL=sandbox.base_url, **tutela.at(now.isoformat()))
                if reaper.run(command, env, lambda: recorded(tutela)) and _all_filed(tutela):  # noqa: B023
                    break
            ledger = httpx.get(sandbox.sandbox_url + "/ledger.json", auth=("sandbox", "sandbox")).json()
        with Workplace(load_settings(tutela.data, {})) as place:
            assert_reported(place, ledger, reaper.done - before)
        if reaper.done >= reaper.wanted:
            break
    reaper.report(f"reports on {backend}")


def _all_filed(tutela: Tutela) -> bool:
    with Workplace(load_settings(tutela.data, {})) as place:
        return {r.state for r in CaseReader(place.database).referrals()} == {"filed"}
