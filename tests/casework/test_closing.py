"""Whatever was decided, opened again and decided anew: what stands is exactly what the present verdicts demand."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.databases import Opening, SteppableClock
from tests.rig import SENIOR, Rig, dump, party, picture
from tutela.casework import reopening
from tutela.casework.actions import Action, ActionState
from tutela.casework.case import Case, CaseItem, CaseState
from tutela.casework.closing import Report, Standing, close, correct, statement, with_decision
from tutela.casework.policy import Policy
from tutela.casework.reopening import ReopenReason
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.intake import CaseOpened
from tutela.events.envelope import NewEvent
from tutela.referral.dispatcher import Dispatcher
from tutela.referral.material import FileMaterial, ReportMaterial
from tutela.referral.recipient import Receipt, RecipientError, Settled
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.database import Database
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

NOW = datetime(2025, 6, 2, 9, tzinfo=UTC)
VERDICTS: tuple[Verdict, ...] = ("known", "new", "not")


class Registry:
    """A recipient in memory: what it was told is what its finished reports say."""

    def __init__(self) -> None:
        self.failing: str | None = None
        self.open_reports: dict[str, ReportMaterial] = {}
        self.filed: dict[str, ReportMaterial] = {}
        self.files: dict[str, list[str]] = {}
        self.before_finish: list[Any] = []

    @property
    def target(self) -> str:
        return "sandbox"

    @property
    def place(self) -> str:
        return "memory"

    def lapses(self, opened: datetime, changed: datetime) -> datetime | None:
        return None

    def close(self) -> None:
        """Nothing to free."""

    def _may_fail(self, step: str) -> None:
        if self.failing == step:
            self.failing = None
            raise RecipientError("down", "not now", retry=True)

    def open(self, material: ReportMaterial) -> str:
        self._may_fail("open")
        assert all(number in self.filed for number in material.prior)
        number = str(len(self.open_reports) + 1)
        self.open_reports[number] = material
        self.files[number] = []
        return number

    def upload(self, report_id: str, file: FileMaterial) -> str:
        self._may_fail("upload")
        self.files[report_id].append(f"{report_id}-{file.item}")
        return self.files[report_id][-1]

    def describe(self, report_id: str, file_id: str, file: FileMaterial) -> None:
        self._may_fail("describe")

    def finish(self, report_id: str) -> Receipt:
        for meanwhile in self.before_finish:
            meanwhile()
        self.before_finish.clear()
        self._may_fail("finish")
        self.filed[report_id] = self.open_reports[report_id]
        return Receipt(report_id, tuple(self.files[report_id]))

    def settle(self, report_id: str) -> Settled:
        return Settled.FILED if report_id in self.filed else Settled.GONE

    def told(self, case: str) -> set[str]:
        told: set[str] = set()
        for number in sorted(self.filed, key=int):
            material = self.filed[number]
            if material.case == case:
                told |= {file.item for file in material.items}
                told -= {one.item for one in material.withdrawn}
        return told


def dispatcher(place: Workplace, registry: Registry) -> Dispatcher:
    made = place.dispatcher()
    return Dispatcher(
        place.transactions,
        {"cybertipline": registry},
        made._material,
        place.clock,
        made._holder,
    )


def reopen(place: Workplace, case: str, items: list[str], reason: ReopenReason = "second_review") -> None:
    with place.transactions.casework() as unit:
        found = unit.case(case, lock=True)
        unit.append(reopening.reopen(found, items, reason, None, actor="sven", now=place.clock()))


@dataclass
class ModelCase:
    account: str
    items: dict[str, str | None] = field(default_factory=dict)
    state: str = "open"

    @property
    def confirmed(self) -> set[str]:
        return {i for i, v in self.items.items() if v in ("known", "new")}


class ClosingMachine(RuleBasedStateMachine):
    """Decides, opens again, confirms and sends at random. Whenever a case is closed, all that is live is demanded."""

    template: Path

    @initialize(suspend=st.sampled_from(["true", "false", '["known"]']), warn=st.sampled_from(["true", "false"]))
    def open(self, suspend: str, warn: str) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tutela-closing-"))
        shutil.copy(self.template, self.folder / "tutela.sqlite")
        (self.folder / "tutela.toml").write_text(
            f"[policy]\nsuspend_account = {suspend}\nwarn_account = {warn}\n"
            '[reporter]\norganisation="O"\nfirst_name="F"\nlast_name="L"\nemail="e@example.test"\n'
        )
        self.clock = SteppableClock()
        self.place = Workplace(load_settings(self.folder, {}), self.clock)
        self.policy = self.place.settings.policy
        self.rig = Rig(self.place, self.clock, known=range(3), near=range(40, 42))
        self.registry = Registry()
        self.cases: dict[str, ModelCase] = {}
        self.taken = 0

    def teardown(self) -> None:
        if not hasattr(self, "place"):
            return
        try:
            for _ in range(20):
                self.clock.advance(hours=2)
                if not dispatcher(self.place, self.registry).run_due():
                    break
            for case_id, case in self.cases.items():
                if case.state in ("confirmed", "dismissed"):
                    assert self.registry.told(case_id) == case.confirmed
                    state = "reported" if case.confirmed else "dismissed"
                    assert CaseReader(self.place.database).one(case_id).state.value == state
            before = dump(self.place.database)
            with self.place.transactions.record() as log:
                log.rebuild()
            assert dump(self.place.database) == before
        finally:
            self.place.close()
            shutil.rmtree(self.folder)

    @rule(account=st.integers(0, 1), seed=st.sampled_from([0, 1, 2, 40, 41]))
    def arrives(self, account: int, seed: int) -> None:
        self.taken += 1
        self.clock.advance(seconds=1)
        one = self.rig.take(str(self.taken), picture(seed), Provenance(party(f"account {account}")))
        if not one.seen_again:
            self.cases.setdefault(str(one.case), ModelCase(f"{account}")).items[str(one.item)] = None

    @precondition(lambda self: any(None in c.items.values() for c in self.cases.values()))
    @rule(n=st.integers(0, 99), verdict=st.sampled_from(VERDICTS))
    def decides(self, n: int, verdict: Verdict) -> None:
        waiting = [(c, i) for c, m in self.cases.items() for i, v in m.items.items() if v is None]
        case_id, item = waiting[n % len(waiting)]
        self.clock.advance(seconds=1)
        self.rig.decide(case_id, item, verdict, SENIOR)
        case = self.cases[case_id]
        case.items[item] = verdict
        if None not in case.items.values():
            case.state = "confirmed" if case.confirmed else "dismissed"

    @precondition(lambda self: any(c.state != "open" for c in self.cases.values()))
    @rule(n=st.integers(0, 99), which=st.integers(1, 7))
    def opens_again(self, n: int, which: int) -> None:
        closed = [c for c, m in self.cases.items() if m.state != "open"]
        case_id = closed[n % len(closed)]
        case = self.cases[case_id]
        if any(m.state == "open" and m.account == case.account for m in self.cases.values()):
            return  # another case of the account awaits its decision
        items = [i for position, i in enumerate(case.items) if which >> position % 3 & 1]
        if items:
            self.clock.advance(seconds=1)
            reopen(self.place, case_id, items)
            case.items.update(dict.fromkeys(items))
            case.state = "open"

    @rule(share=st.integers(1, 3))
    def platform_confirms(self, share: int) -> None:
        waiting = CaseReader(self.place.database).actions(["ordered", "reversal_ordered"])
        for position, action in enumerate(waiting):
            if position % share == 0:
                self.rig.confirm(action.id)

    @rule(failing=st.sampled_from([None, None, "open", "upload", "finish"]))
    def reports_go_out(self, failing: str | None) -> None:
        self.registry.failing = failing
        self.clock.advance(hours=2)
        dispatcher(self.place, self.registry).run_due()
        self.registry.failing = None

    @invariant()
    def what_stands_is_what_is_demanded(self) -> None:
        if not hasattr(self, "place"):
            return
        reader = CaseReader(self.place.database)
        for case_id, case in self.cases.items():
            found = reader.one(case_id)
            if case.state == "open":
                assert found.state.value == "open"
                continue
            live = sorted((a.kind, a.item_id or "") for a in found.actions if a.state in ("ordered", "carried_out"))
            demanded = {("remove_content", i) for i in case.confirmed}
            if any(self.policy.follows("suspend_account", str(case.items[i]), None) for i in case.confirmed):
                demanded.add(("suspend_account", ""))
            elif any(self.policy.follows("warn_account", str(case.items[i]), None) for i in case.confirmed):
                demanded.add(("warn_account", ""))
            assert live == sorted(demanded)
            pending = [r for r in found.referrals if r.state in ("ordered", "open", "finishing", "stopped")]
            assert len(pending) <= 1
            told = self.registry.told(case_id)
            if told != case.confirmed:
                assert pending, "somebody must be told, and nothing waits to tell them"
            reported = bool(case.confirmed) and not pending and any(r.state == "filed" for r in found.referrals)
            assert found.state.value == ("reported" if reported else case.state)


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("closing") / "tutela.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    ClosingMachine.template = path


@pytest.mark.usefixtures("_template")
class TestClosing(ClosingMachine.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=15, stateful_step_count=40)


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def two_items(rig: Rig, verdicts: tuple[Verdict, Verdict] = ("known", "known")) -> tuple[str, str, str]:
    case = rig.confirmed("sender", items=2) if verdicts == ("known", "known") else None
    assert case
    first, second = (item.id for item in CaseReader(rig.place.database).one(case).items)
    return case, first, second


def found_states(rig: Rig, case: str) -> dict[tuple[str, str | None], list[str]]:
    states: dict[tuple[str, str | None], list[str]] = {}
    for action in CaseReader(rig.place.database).one(case).actions:
        states.setdefault((action.kind, action.item_id), []).append(action.state)
    return states


def decided_anew(rig: Rig, case: str, verdicts: dict[str, Verdict]) -> Case:
    rig.clock.advance(minutes=1)
    reopen(rig.place, case, list(verdicts))
    rig.clock.advance(minutes=1)
    for item, verdict in verdicts.items():
        after = rig.decide(case, item, verdict, SENIOR)
    return after


def test_a_filed_report_is_withdrawn_in_part_and_then_whole(rig: Rig) -> None:
    registry = Registry()
    case, first, second = two_items(rig)
    dispatcher(rig.place, registry).run_due()
    for action in rig.actions(case):
        rig.confirm(action)
    assert decided_anew(rig, case, {first: "not"}).state is CaseState.CONFIRMED
    assert found_states(rig, case) == {
        ("remove_content", first): ["reversal_ordered"],
        ("remove_content", second): ["carried_out"],
        ("suspend_account", None): ["carried_out"],
    }
    rig.clock.advance(minutes=1)
    dispatcher(rig.place, registry).run_due()
    supplement = registry.filed["2"]
    assert (supplement.items, supplement.prior) == ((), ("1",))
    (withdrawn,) = supplement.withdrawn
    assert (withdrawn.item, withdrawn.report_id, withdrawn.file_id) == (first, "1", f"1-{first}")
    assert CaseReader(rig.place.database).one(case).state is CaseState.REPORTED
    assert decided_anew(rig, case, {second: "not"}).state is CaseState.DISMISSED
    assert found_states(rig, case)["suspend_account", None] == ["reversal_ordered"]
    rig.clock.advance(minutes=1)
    dispatcher(rig.place, registry).run_due()
    assert registry.told(case) == set()
    rows = CaseReader(rig.place.database).one(case).referrals
    assert [row.supplements for row in sorted(rows, key=lambda r: r.ordered_at)] == [None, *(r.id for r in sorted(
        rows, key=lambda r: r.ordered_at)[:2])]  # fmt: skip


def test_what_the_same_decision_confirms_again_orders_nothing(rig: Rig) -> None:
    """Every report is filed: the case is reported again at once."""
    registry = Registry()
    case, first, _ = two_items(rig)
    dispatcher(rig.place, registry).run_due()
    before = found_states(rig, case)
    assert decided_anew(rig, case, {first: "new"}).state is CaseState.REPORTED
    assert found_states(rig, case) == before
    assert dispatcher(rig.place, registry).run_due() == []


def test_an_action_that_was_never_carried_out_is_undone_too(rig: Rig) -> None:
    case, first, second = two_items(rig)
    decided_anew(rig, case, {first: "not", second: "not"})
    assert {state for states in found_states(rig, case).values() for state in states} == {"reversal_ordered"}
    decided_anew(rig, case, {first: "known"})
    assert found_states(rig, case)["remove_content", first] == ["reversal_ordered", "ordered"]


def test_a_report_of_what_awaits_a_decision_again_waits(rig: Rig) -> None:
    registry = Registry()
    case, first, second = two_items(rig)
    rig.clock.advance(minutes=1)
    reopen(rig.place, case, [first, second])
    (waits,) = dispatcher(rig.place, registry).run_due()
    assert (waits.result, "undecided" in waits.detail) == ("failed", True)
    rig.decide(case, first, "known", SENIOR)
    rig.decide(case, second, "not", SENIOR)
    rig.clock.advance(hours=1)
    assert [d.result for d in dispatcher(rig.place, registry).run_due()] == ["filed"]
    assert registry.told(case) == {first}


@pytest.mark.parametrize("verdict", ["not", "known"])
def test_a_case_that_is_decided_anew_while_its_report_is_under_way(rig: Rig, verdict: Verdict) -> None:
    """At the recipient, and not recorded as filed yet: the supplement is ordered with the receipt."""
    registry = Registry()
    case, first, second = two_items(rig)
    registry.before_finish.append(lambda: decided_anew(rig, case, {first: verdict}))
    dispatcher(rig.place, registry).run_due()
    assert registry.told(case) == ({first, second} if verdict == "known" else {second})
    rows = CaseReader(rig.place.database).one(case).referrals
    assert len(rows) == (1 if verdict == "known" else 2)
    assert CaseReader(rig.place.database).one(case).state is CaseState.REPORTED


def test_a_report_that_is_not_true_any_more_is_not_finished(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Registry()
    case, first, second = two_items(rig)
    uploading = registry.describe
    once = [lambda: decided_anew(rig, case, {first: "not"})]

    def meanwhile(report_id: str, file_id: str, file: FileMaterial) -> None:
        uploading(report_id, file_id, file)
        if once:
            once.pop()()

    monkeypatch.setattr(registry, "describe", meanwhile)
    (changed,) = dispatcher(rig.place, registry).run_due()
    assert (changed.result, "changed" in changed.detail) == ("failed", True)
    rig.clock.advance(hours=1)
    assert [d.result for d in dispatcher(rig.place, registry).run_due()] == ["filed"]
    assert {number: {f.item for f in m.items} for number, m in registry.filed.items()} == {"2": {second}}


def test_a_stopped_report_is_due_again_once_its_case_is_decided_anew(rig: Rig, opening: Opening) -> None:
    registry = Registry()
    case, first, second = two_items(rig)
    rig.place.vault.erase(case)
    (stopped,) = dispatcher(rig.place, registry).run_due()
    assert stopped.result == "stopped"
    decided_anew(rig, case, {first: "not", second: "not"})
    assert [d.result for d in dispatcher(rig.place, registry).run_due()] == ["dropped"]
    assert CaseReader(rig.place.database).one(case).state is CaseState.DISMISSED


def test_a_planted_case_orders_nothing(rig: Rig) -> None:
    one = rig.take("1", picture(0))
    assert one.case is not None
    assert one.item is not None
    with rig.place.transactions.casework() as unit:
        case = replace(unit.case(one.case), planted="golden")
    for verdict in VERDICTS:
        decided = with_decision(case, one.item, verdict, None, NOW)
        (event,) = close(decided, Standing(), Policy(), person="rosa", now=NOW)
        assert event.payload.TYPE == "case.closed"
        assert correct(replace(decided, state=CaseState.CONFIRMED), Standing(), "cybertipline", NOW) == []


def test_planted_is_read_from_the_record(place: Workplace, clock: SteppableClock) -> None:
    payload = CaseOpened(service="chat", account=None, layer="known", planted="canary")
    with place.transactions.casework() as unit:
        unit.append([NewEvent(payload, "planted-1", clock())])
        assert unit.case("planted-1").planted == "canary"


def item(id_: str, verdict: Verdict | None, at: datetime = NOW) -> CaseItem:
    return CaseItem(
        id=id_,
        kind="image",
        region="eu",
        layer="known",
        same_bytes=True,
        verdict=verdict,
        classification=None,
        decided_by="rosa" if verdict else None,
        decided_at=at,
    )


def case_of(*items: CaseItem, account: str | None = "a" * 32, state: CaseState = CaseState.OPEN) -> Case:
    return Case("case", "chat", account, "known", state, NOW, items)


def undone(kind: Any, item_id: str | None, by: Any, at: datetime) -> Action:
    return Action("old", "case", kind, item_id, ActionState.REVERSED, frozenset(), undone_by=by, undone_at=at)


def ordered(events: list[NewEvent]) -> list[tuple[str, str | None]]:
    return [(e.payload.kind, e.payload.item) for e in events if e.payload.TYPE == "action.ordered"]  # type: ignore[attr-defined]


def filed_report(recipient: str, *items: str) -> Report:
    said = frozenset(items)
    return Report("r", recipient, filed=True, pending=False, stopped=False, stated=said, withdrawn=frozenset())


def test_what_a_complaint_or_a_senior_undid_is_not_ordered_again_until_somebody_decides_anew() -> None:
    later = NOW + timedelta(hours=1)
    for by in ("complaint", "senior"):
        standing = Standing(
            actions=(undone("remove_content", "1", by, later), undone("suspend_account", None, by, later))
        )
        old, new = item("1", "known"), item("2", "known", later + timedelta(hours=1))
        assert ordered(close(case_of(old, new), standing, Policy(), person="p", now=NOW)) == [("remove_content", "2")]
        anew = item("1", "known", later + timedelta(hours=1))
        everything = close(case_of(anew, new), standing, Policy(), person="p", now=NOW)
        assert ordered(everything) == [("remove_content", "1"), ("remove_content", "2"), ("suspend_account", None)]
    by_decision = Standing(actions=(undone("remove_content", "1", "decision", later),))
    again = close(case_of(item("1", "known")), by_decision, Policy(suspend_account=False), person="p", now=NOW)
    assert ordered(again) == [("remove_content", "1")]


def test_what_a_complaint_overturned_is_withdrawn_and_neither_done_nor_reported() -> None:
    report = filed_report("cybertipline", "1", "2")
    standing = Standing(reports=(report,), overturned=frozenset({"1"}))
    case = case_of(item("1", "known"), item("2", "known"))
    said = statement(case, standing, "cybertipline")
    assert (said.items, said.withdrawn, said.waits) == ((), ("1",), False)
    assert ordered(close(case, standing, Policy(), person="p", now=NOW)) == [
        ("remove_content", "2"), ("suspend_account", None)
    ]  # fmt: skip


def test_a_recipient_that_the_policy_names_no_more_is_told_what_is_withdrawn_and_nothing_new() -> None:
    report = filed_report("gone", "1")
    case = case_of(item("1", "not"), item("2", "known"))
    events = close(case, Standing(reports=(report,)), Policy(recipients=()), person="p", now=NOW)
    (supplement,) = [e.payload.model_dump() for e in events if e.payload.TYPE == "referral.ordered"]
    assert (supplement["recipient"], supplement["items"], supplement["withdrawn"]) == ("gone", (), ("1",))
    assert supplement["supplements"] == "r"


WORDS = st.lists(st.sampled_from(["known", "new", "A1", "A2", "B1", "B2"]), unique=True).map(tuple)


@given(
    when=st.booleans() | WORDS, verdict=st.sampled_from(["known", "new"]), class_=st.sampled_from([None, "A1", "B2"])
)
def test_the_policy_chooses_by_verdict_or_class(when: Any, verdict: str, class_: str | None) -> None:
    wanted = when if isinstance(when, bool) else verdict in when or class_ in when
    assert Policy(remove_content=when).follows("remove_content", verdict, class_) is wanted


def test_a_policy_of_unknown_words_is_refused() -> None:
    with pytest.raises(ValueError, match=r"policy.warn_account: C1, nought: true, false, or some of known"):
        Policy(warn_account=("nought", "B2", "C1"))


def test_an_account_is_warned_only_if_it_is_not_suspended() -> None:
    policy = Policy(remove_content=False, suspend_account=("known",), warn_account=True)
    both = close(case_of(item("1", "new"), item("2", "known")), Standing(), policy, person="p", now=NOW)
    assert ordered(both) == [("suspend_account", None)]
    assert ordered(close(case_of(item("1", "new")), Standing(), policy, person="p", now=NOW)) == [
        ("warn_account", None)
    ]
    nobody = case_of(item("1", "known"), account=None)
    assert ordered(close(nobody, Standing(), policy, person="p", now=NOW)) == []


def test_closing_leaves_the_order_of_a_senior_while_something_is_confirmed() -> None:
    warned = Action("w", "case", "warn_account", None, ActionState.CARRIED_OUT, frozenset(), by_hand=True)
    stays = close(case_of(item("1", "known")), Standing((warned,)), Policy(), person="p", now=NOW)
    assert not [e for e in stays if e.payload.TYPE == "action.reversal_ordered"]
    goes = close(case_of(item("1", "not")), Standing((warned,)), Policy(), person="p", now=NOW)
    assert [e.payload.TYPE for e in goes] == ["action.reversal_ordered", "case.closed"]
