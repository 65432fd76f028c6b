"""Reports through the sandbox with every fault at random, while the processes that send them are killed at random.

`make test` runs a reduced count, `make soak` 10,000 reports and 500 kills. At the end the sandbox's own ledger is held
against the plan by which the cases were made.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from tests.commands import ROOT
from tests.databases import REPORTER, Postgres, SteppableClock
from tests.referral.planted import carry_out, furnish, plan
from tests.referral.reading import assert_each_once
from tests.referral.sending import hurrying
from tutela.events.catalogue.referral import ReferralFailed, ReferralFiled, ReferralOpened
from tutela.sandboxes.cybertipline import Body, Fault, Faults, Kind, running
from tutela.sandboxes.cybertipline.ledger import ledger
from tutela.storage import schema
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

SOAK = bool(os.environ.get("TUTELA_SOAK"))
REPORTS, KILLS, WORKERS = (10_000, 500, 4) if SOAK else (40, 4, 2)
if given := os.environ.get("TUTELA_SOAK_REPORTS"):
    REPORTS, KILLS = int(given), max(1, int(given) // 20)
SHARE = 0.004
"""So often does each of the orders strike; there are two dozen of them."""
SEED, PARTS = "what is planned", 4 if SOAK else 1
SPEED = 120.0
"""Ten minutes of a lease are five seconds, an hour's wait is half a minute."""
pytestmark = [pytest.mark.soak, pytest.mark.timeout(7200 if SOAK else 240)]
PAST = datetime(2025, 6, 2, 9, 0, tzinfo=UTC)
CALLS = ("submit", "upload", "fileinfo", "finish", "retract")


def every_fault(rng: random.Random, share: float) -> list[Fault]:
    """Return orders without end for every kind, at each call where it means something. Each strikes a share."""

    def fault(kind: Kind, *calls: str, **more: object) -> Fault:
        return Fault(
            kind,
            frozenset(calls or CALLS),
            count=None,
            probability=share,
            seed=rng.randrange(10**9),
            **more,  # type: ignore[arg-type]
        )

    return [
        fault(Kind.LATENCY, seconds=0.2),
        fault(Kind.LATENCY_BEFORE, seconds=0.2),
        fault(Kind.DROP_BEFORE),
        fault(Kind.DROP_AFTER),
        *(fault(kind, body=body) for kind in (Kind.ERROR_BEFORE, Kind.ERROR_AFTER) for body in Body),
        fault(Kind.ERROR_BEFORE, status=503, body=Body.HTML),
        fault(Kind.ERROR_AFTER, code=1110, status=500),
        fault(Kind.WRONG_CODE, code=1000),
        fault(Kind.WRONG_CODE, code=4100, status=400),
        fault(Kind.WRONG_CODE, code=9999),
        fault(Kind.EXPIRE),
        fault(Kind.WRONG_HASH, "upload"),
        fault(Kind.WRONG_REPORT),
        fault(Kind.WRONG_FILES, "finish"),
        Fault(Kind.WRONG_CODE, frozenset(CALLS), count=None, probability=share / 10, seed=7, code=3300, status=403),
    ]


@dataclass
class Clock:
    """A clock that hurries, and can jump at the end."""

    began: datetime
    real: float = field(default_factory=time.time)
    jumped: timedelta = timedelta(0)

    def __call__(self) -> datetime:
        return hurrying(self.began, self.real, SPEED)() + self.jumped


class Senders:
    """The processes that send."""

    def __init__(self, command: list[str], env: dict[str, str]) -> None:
        self._nursery = subprocess.Popen(
            command, env=env, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.alive: list[int] = []

    def another(self) -> None:
        assert self._nursery.stdin is not None
        assert self._nursery.stdout is not None
        self._nursery.stdin.write("another\n")
        self._nursery.stdin.flush()
        self.alive.append(int(self._nursery.stdout.readline()))

    def kill(self, pid: int) -> None:
        os.kill(pid, signal.SIGKILL)
        self.alive.remove(pid)

    def end(self) -> None:
        """Kill all that are left, and wait until they are gone."""
        assert self._nursery.stdin is not None
        for pid in list(self.alive):
            self.kill(pid)
        self._nursery.stdin.close()
        self._nursery.wait(60)
        assert self._nursery.stdout is not None
        self._nursery.stdout.close()


@contextmanager
def sending(data: Path, clock: Clock, url: str) -> Iterator[Senders]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TUTELA_", "COV_"))}
    env = {**kept, "TUTELA_CYBERTIPLINE_URL": url, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "tests.referral.sending", str(data)]
    senders = Senders([*command, clock.began.isoformat(), str(clock.real), str(SPEED)], env)
    try:
        yield senders
    finally:
        senders.end()


def filed(place: Workplace) -> tuple[int, list[str], set[str]]:
    """Return how many are filed, which are dead letters, and who holds a lease."""
    table, leases = schema.referrals, schema.leases
    with place.database.read() as connection:
        number = connection.execute(select(func.count()).select_from(table).where(table.c.state == "filed"))
        dead = connection.execute(select(table.c.id).where(table.c.state == "stopped"))
        holders = connection.execute(select(leases.c.holder))
        return number.scalar_one(), list(dead.scalars()), set(holders.scalars())


def made_by_many(data: Path) -> None:
    """Carry out the plan in several processes."""
    command = [sys.executable, "-m", "tests.referral.planted", str(data), SEED, str(REPORTS), PAST.isoformat()]
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TUTELA_", "COV_"))}
    makers = [subprocess.Popen([*command, str(n), str(PARTS)], env=kept, cwd=ROOT) for n in range(PARTS)]
    assert [maker.wait() for maker in makers] == [0] * PARTS


def _tell(before: float, what: str) -> float:
    """In a long run, tell every half minute how far it is."""
    if not SOAK or time.monotonic() - before < 30:
        return before
    print(what, flush=True)  # noqa: T201
    return time.monotonic()


BACKENDS = [os.environ.get("TUTELA_SOAK_BACKEND", "sqlite")] if SOAK else ["sqlite", "postgresql"]


@pytest.mark.parametrize("backend", BACKENDS, indirect=True)
def test_every_report_is_sent_once_whatever_fails(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    rng = random.Random(f"soak {backend}")
    data = tmp_path / "data"
    data.mkdir(mode=0o700)
    postgres: Postgres | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
    url = f'database_url = "{postgres.migrated()}"\n' if postgres else ""
    (data / "tutela.toml").write_text(url + REPORTER, "utf-8")
    settings = load_settings(data, {})
    began = time.monotonic()
    office = SteppableClock(PAST)
    planned = plan(REPORTS, random.Random(SEED), PAST)
    with Workplace(settings, office) as place:
        furnish(place, office, planned)
        if PARTS == 1:
            carry_out(place, office, planned)
    if PARTS > 1:
        made_by_many(data)
    made = time.monotonic() - began
    clock = Clock(PAST + timedelta(days=1))
    faults = Faults(*every_fault(rng, SHARE))
    kills = within = storms = 0
    told_at = _tell(0.0, f"{made:.0f} s: {REPORTS} cases made")
    with (
        running(user="sandbox", password="sandbox", faults=faults, clock=clock) as sandbox,
        Workplace(settings, clock) as place,
    ):
        with sending(data, clock, sandbox.base_url) as senders:
            for _ in range(WORKERS):
                senders.another()
            each = REPORTS / (KILLS + 1)
            due = each * rng.random()
            while True:
                done, dead, holders = filed(place)
                told_at = _tell(
                    told_at, f"{time.monotonic() - began:.0f} s: {done} filed, {kills} kills, {len(dead)} dead"
                )
                if done == REPORTS:
                    break
                for referral in dead:
                    place.reports.retry(referral, "carla", "unclear")
                if done >= due and kills < KILLS:
                    time.sleep(rng.random() * 0.05)
                    victim = rng.choice(senders.alive)
                    within += any(f"-{victim}-" in holder for holder in holders)
                    senders.kill(victim)
                    senders.another()
                    kills += 1
                    due += each * rng.uniform(0.5, 1.5) if done > due else 0
                    if rng.random() < 0.02:
                        # For a while it is not there at all.
                        storms += 1
                        faults.order(Fault(Kind.DROP_BEFORE, count=25))
                time.sleep(0.05)
        took = time.monotonic() - began - made
        # Whatever nobody finished is deleted by the sandbox by then.
        clock.jumped = timedelta(days=2)
        with place.transactions.reading() as log:
            events = list(log.read(types=[ReferralOpened.TYPE, ReferralFiled.TYPE, ReferralFailed.TYPE]))
        receipts = Counter(e.payload.referral for e in events if isinstance(e.payload, ReferralFiled))
        numbers = {e.payload.report_id for e in events if isinstance(e.payload, ReferralFiled)}
        held = {e.payload.report_id for e in events if isinstance(e.payload, ReferralOpened)}
        failures = Counter(e.payload.code for e in events if isinstance(e.payload, ReferralFailed))
        told = ledger(sandbox.app.state.office)
        ends = assert_each_once(told, planned, held)
        assert set(receipts.values()) == {1}
        assert len(receipts) == REPORTS
        finished = {str(r["id"]) for r in told["reports"] if r["state"] == "finished"}  # type: ignore[attr-defined]
        assert numbers == finished
        assert kills >= KILLS
        struck = Counter(kind for note in told["requests"] for kind in note["faults"])  # type: ignore[attr-defined]
        assert len(finished) == REPORTS
        if REPORTS >= 1000:
            assert set(struck) == {kind.value for kind in Kind}
    print(  # noqa: T201
        f"{backend}: {REPORTS} reports made in {made:.0f} s, sent in {took:.0f} s; {kills} kills, {within} of them of "
        f"a process that held a report, {storms} times unreachable; {sum(struck.values())} faults {dict(struck)}; "
        f"failures on record {sum(failures.values())} {dict(failures)}; at the sandbox {dict(ends)}, "
        f"{len(told['requests'])} requests"  # type: ignore[arg-type]
    )
