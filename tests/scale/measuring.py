"""Fills an installation to a size, and measures what people wait for in it: for `make soak`, and by hand."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import func, select

from tests.databases import SteppableClock
from tests.scale.shift import Shift
from tests.scale.template import furnish
from tests.scale.waiting import Samples, Waited, waits
from tests.web.client import TestClient
from tutela.access.roles import Person, Role
from tutela.storage import schema
from tutela.storage.bulk.copying import replicate
from tutela.storage.workplace import Workplace
from tutela.web.app import create_app
from tutela.web.steady import settle

PASSWORD = "a bridge over a river"
SPREAD = timedelta(days=360)
"""The copies lie in a year, as the cases of a large provider do."""
BEGAN = "2025-01-06T09:00:00+00:00"
"""A year from then on lies in one legal regime, so that items may still be taken in at its end."""
EVERY_ROLE = frozenset(set(Role) - {Role.SUPERVISOR})


def fill(
    place: Workplace, clock: SteppableClock, cases: int, original: int, told: Callable[[str], None] = lambda _: None
) -> None:
    """Make so many cases, as copies of an original that went through the public doors."""
    clock.set(BEGAN)
    began = clock.now
    furnish(place, clock, original)
    with place.database.read() as connection:
        made = connection.execute(select(func.count()).select_from(schema.cases)).scalar_one()
    told(f"{made} cases made through the public doors, {(clock.now - began).days} days of work")
    copies = max(1, -(-cases // made) - 1)
    replicate(
        place.database, copies, SPREAD, lambda done: told(f"{made * (done + 1):,} of {made * (copies + 1):,} cases")
    )
    clock.advance(days=SPREAD.days)


def measure(place: Workplace, clock: SteppableClock, times: int) -> Iterator[Waited]:
    """Yield how long everything took that people and the platform wait for, each asked for so many times.

    Raises AssertionError where a step of the shift is refused.
    """
    for name in ("rosalind", "olof"):
        place.people.register(Person(name, name.title(), EVERY_ROLE), PASSWORD)
    key = place.people.create_key(f"platform-{clock.now:%Y%m%d-%H%M}", ["items", "actions"])
    # Not entered as a context: no work goes on in the background beside what is measured.
    client = TestClient(create_app(place, dispatch=False), follow_redirects=False)
    settle()
    reviewer, officer = (signed_in(client, name) for name in ("rosalind", "olof"))
    client.cookies.clear()
    client.cookies.set("tutela_session", reviewer)
    try:
        yield from waits(client, Samples(place), times)
        yield from Shift(client, place, clock, reviewer=reviewer, officer=officer, key=key).work(times)
    finally:
        gc.unfreeze()


def table(waited: list[Waited], limit: float) -> str:
    """Return what was measured as a Markdown table, slowest first, milliseconds; what is over the limit is marked."""
    lines = ["| asked for | median ms | 95th of 100 ms | answers |", "|---|---:|---:|---|"]
    for one in sorted(waited, key=lambda one: -one.p95):
        mark = " **over**" if one.p95 > limit else ""
        codes = ", ".join(str(code) for code in sorted(one.codes))
        lines.append(f"| `{one.name}` | {one.median * 1000:.0f} | {one.p95 * 1000:.0f}{mark} | {codes} |")
    return "\n".join(lines)


def signed_in(client: TestClient, name: str) -> str:
    """Sign somebody in; return the secret of the session, which the client has too."""
    client.cookies.clear()
    answer = client.post("/sign-in", data={"name": name, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    secret: str = client.cookies["tutela_session"]
    return secret
