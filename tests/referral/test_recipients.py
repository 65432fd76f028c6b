"""Every recipient keeps the interface: a report is filed once, and the recipient alone says whether it was.

Each runs against its sandbox over HTTP, or its folder, with answers lost before and after their effect.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.referral.package.material import material_of
from tutela.referral.cybertipline.recipient import from_settings as cybertipline_from
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import ReportMaterial
from tutela.referral.package.keys import RecipientKeys
from tutela.referral.package.recipient import from_settings as packages_from
from tutela.referral.package.target import PackageSettings
from tutela.referral.recipient import Receipt, Recipient, RecipientError, Settled
from tutela.sandboxes import cybertipline as cybertipline_sandbox
from tutela.sandboxes import register as register_sandbox

CONTENTS = (b"a bridge", b"x", b"a lake" * 30_000)


@dataclass
class Counter:
    """A recipient from outside: workers to reach it by, and what it says it holds."""

    worker: Callable[[], Recipient]
    filed: Callable[[], Sequence[str]]
    lose_answers: Callable[[int, bool], None] | None
    unreachable: Callable[[], Recipient]
    workers: list[Recipient] = field(default_factory=list)

    def new_worker(self) -> Recipient:
        """Return a recipient as another process would have it."""
        self.workers.append(self.worker())
        return self.workers[-1]


def cybertipline(folder: Path, stack: ExitStack) -> Counter:
    faults = cybertipline_sandbox.Faults()
    sandbox = stack.enter_context(cybertipline_sandbox.running(user="sandbox", password="sandbox", faults=faults))

    def filed() -> list[str]:
        found = httpx.get(f"{sandbox.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()
        return [str(report["id"]) for report in found["reports"] if report["state"] == "finished"]

    def lose(count: int, after: bool) -> None:
        kind = cybertipline_sandbox.Kind.DROP_AFTER if after else cybertipline_sandbox.Kind.DROP_BEFORE
        faults.order(cybertipline_sandbox.Fault(kind, count=count))

    return Counter(
        lambda: cybertipline_from(CyberTiplineSettings(url=sandbox.base_url)),
        filed,
        lose,
        lambda: cybertipline_from(CyberTiplineSettings(url="http://127.0.0.1:9/ispws")),
    )


def register(folder: Path, stack: ExitStack, name: str = "national_contact_point") -> Counter:
    sandbox = stack.enter_context(register_sandbox.running())
    (folder / "signing.key").write_bytes(bytes(range(32)))
    (folder / "signing.key").chmod(0o600)
    settings = PackageSettings(name, folder / "spool", folder / "signing.key", url=sandbox.url)

    def lose(count: int, after: bool) -> None:
        kind = register_sandbox.Kind.DROP_AFTER if after else register_sandbox.Kind.DROP
        sandbox.faults.order(register_sandbox.Fault(kind, count=count))

    elsewhere = PackageSettings(name, folder / "spool", folder / "signing.key", url="http://127.0.0.1:9")
    return Counter(
        lambda: packages_from(settings),
        lambda: [one["id"] for one in sandbox.ledger.as_dict()["packages"]],
        lose,
        lambda: packages_from(elsewhere),
    )


def eu_centre(folder: Path, stack: ExitStack) -> Counter:
    return register(folder, stack, "eu_centre")


def folder_of_packages(folder: Path, stack: ExitStack) -> Counter:
    (folder / "signing.key").write_bytes(bytes(range(32)))
    (folder / "signing.key").chmod(0o600)
    (folder / "ncp.pub").write_text(RecipientKeys(bytes(range(32))).public.text())
    drop, fetched = folder / "drop", folder / "fetched"
    drop.mkdir()
    fetched.mkdir()

    def settings(to: Path) -> PackageSettings:
        return PackageSettings(
            "national_contact_point",
            folder / "spool",
            folder / "signing.key",
            folder=to,
            public_keys=folder / "ncp.pub",
        )

    def filed() -> list[str]:
        # The recipient fetches what is there: it does not lie there for ever.
        for path in drop.glob("*.tutela"):
            path.rename(fetched / path.name)
        return [path.stem for path in fetched.iterdir()]

    return Counter(
        lambda: packages_from(settings(drop)),
        filed,
        None,
        lambda: packages_from(settings(folder / "not" / "mounted")),
    )


COUNTERS = (cybertipline, register, eu_centre, folder_of_packages)


@pytest.fixture(params=COUNTERS, ids=lambda make: make.__name__)
def counter(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Counter]:
    with ExitStack() as stack:
        made = request.param(tmp_path, stack)
        yield made
        for worker in made.workers:
            worker.close()


def sent(recipient: Recipient, material: ReportMaterial) -> tuple[str, list[str]]:
    """Take a report through its steps, as far as it can still be withdrawn."""
    report = recipient.open(material)
    files = []
    for file in material.items:
        files.append(recipient.upload(report, file))
        recipient.describe(report, files[-1], file)
    return report, files


def test_a_report_goes_all_the_way(counter: Counter) -> None:
    recipient = counter.new_worker()
    report, files = sent(recipient, material_of(*CONTENTS))
    assert counter.filed() == []
    receipt = recipient.finish(report)
    assert receipt.report_id == report
    assert sorted(receipt.file_ids) == sorted(files)
    assert len(set(files)) == len(CONTENTS)
    assert counter.filed() == [report]
    assert recipient.target == "sandbox"


def test_two_reports_have_two_numbers(counter: Counter) -> None:
    recipient = counter.new_worker()
    reports = [recipient.finish(sent(recipient, material_of(b"x"))[0]).report_id for _ in range(3)]
    assert len(set(reports)) == 3
    assert sorted(counter.filed()) == sorted(reports)


@pytest.mark.parametrize("same_process", [True, False])
def test_settled_before_it_is_finished_it_never_is(counter: Counter, same_process: bool) -> None:
    recipient = counter.new_worker()
    report, _ = sent(recipient, material_of(b"x"))
    other = recipient if same_process else counter.new_worker()
    assert other.settle(report) is Settled.GONE
    with pytest.raises(RecipientError):
        recipient.finish(report)
    assert other.settle(report) is Settled.GONE
    assert counter.new_worker().settle(report) is Settled.GONE
    assert counter.filed() == []


@pytest.mark.parametrize("same_process", [True, False])
def test_settled_after_it_was_finished_it_stays_filed(counter: Counter, same_process: bool) -> None:
    recipient = counter.new_worker()
    report, _ = sent(recipient, material_of(b"x"))
    recipient.finish(report)
    assert counter.filed() == [report]
    other = recipient if same_process else counter.new_worker()
    assert other.settle(report) is Settled.FILED
    assert other.settle(report) is Settled.FILED
    assert counter.filed() == [report]


def test_finished_again_it_is_filed_once(counter: Counter) -> None:
    recipient = counter.new_worker()
    report, _ = sent(recipient, material_of(b"x"))
    first = recipient.finish(report)
    with suppress(RecipientError):  # a recipient may refuse it, or say the same again
        assert recipient.finish(report) == first
    assert counter.filed() == [report]


def test_an_attempt_that_was_only_opened_can_be_settled(counter: Counter) -> None:
    report = counter.new_worker().open(material_of(b"x"))
    assert counter.new_worker().settle(report) is Settled.GONE
    assert counter.filed() == []


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_to_finish_is_settled(counter: Counter, after: bool) -> None:
    if counter.lose_answers is None:
        # A folder answers nothing over a wire: it was renamed or it was not.
        return
    recipient = counter.new_worker()
    report, _ = sent(recipient, material_of(b"x"))
    counter.lose_answers(1, after)
    with pytest.raises(RecipientError) as raised:
        recipient.finish(report)
    assert raised.value.retry
    assert counter.new_worker().settle(report) is (Settled.FILED if after else Settled.GONE)
    assert counter.filed() == ([report] if after else [])


@pytest.mark.parametrize("after", [True, False])
def test_a_lost_answer_to_settle_is_asked_for_again(counter: Counter, after: bool) -> None:
    if counter.lose_answers is None:
        return
    recipient = counter.new_worker()
    report, _ = sent(recipient, material_of(b"x"))
    counter.lose_answers(1, after)
    with pytest.raises(RecipientError) as raised:
        recipient.settle(report)
    assert raised.value.retry
    assert recipient.settle(report) is Settled.GONE
    assert counter.filed() == []


def test_where_nobody_answers_it_is_tried_again(counter: Counter) -> None:
    away = counter.unreachable()
    counter.workers.append(away)
    with pytest.raises(RecipientError) as raised:
        away.finish(sent(away, material_of(b"x"))[0])
    assert raised.value.retry
    assert counter.filed() == []


@pytest.mark.parametrize("seed", range(12))
def test_what_settle_says_is_what_the_recipient_holds(counter: Counter, seed: int) -> None:
    """Any order of steps by two workers: a report is filed exactly where the last settle says so, and once."""
    rng = random.Random(seed)
    workers = [counter.new_worker(), counter.new_worker()]
    reports: list[str] = []
    for _ in range(4):
        if counter.lose_answers is not None and rng.random() < 0.5:
            counter.lose_answers(1, rng.random() < 0.5)
        opener = rng.choice(workers)
        try:
            report, _ = sent(opener, material_of(b"x", b"y"))
        except RecipientError:
            continue
        reports.append(report)
        for _ in range(rng.randint(0, 5)):
            with suppress(RecipientError):
                if rng.random() < 0.5:
                    opener.finish(report)
                else:
                    rng.choice(workers).settle(report)
    said = {report: settled_at_last(workers[0], report) for report in reports}
    filed = counter.filed()
    assert len(filed) == len(set(filed))
    assert {report for report in reports if said[report] is Settled.FILED} == set(filed)


def settled_at_last(recipient: Recipient, report: str) -> Settled:
    """Settle, as often as answers are lost."""
    for _ in range(10):
        try:
            return recipient.settle(report)
        except RecipientError as error:
            if not error.retry:
                raise
    raise AssertionError("it cannot be settled")


def test_the_answers_are_of_the_types_that_the_dispatcher_reads(counter: Counter) -> None:
    recipient = counter.new_worker()
    receipt = recipient.finish(sent(recipient, material_of(b"x"))[0])
    assert isinstance(receipt, Receipt)
    assert isinstance(receipt.file_ids, tuple)
    assert len(receipt.report_id) <= 64
