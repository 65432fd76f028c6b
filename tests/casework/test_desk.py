"""Every step of a case, possible and impossible: the desk against a small model of it."""

from __future__ import annotations

import random
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.databases import SteppableClock
from tests.rig import AUDITOR, CHAT, OFFICER, REVIEWER, REVIEWER_2, SENIOR, Rig, dump, party, picture
from tutela.access.roles import NotAllowed, Permission, Person
from tutela.casework.actions import Done
from tutela.casework.case import Classification, NoSuchCase, NoSuchItem, NotPossible
from tutela.casework.claims import HeldByAnother
from tutela.casework.looks import NoSuchView
from tutela.casework.policy import Policy
from tutela.casework.reasons import Reason
from tutela.casework.review import Ground
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.casework import EvidenceShown
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.database import Database
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

PEOPLE = (REVIEWER, REVIEWER_2, SENIOR, OFFICER, AUDITOR)
VERDICTS: tuple[Verdict, ...] = ("known", "new", "not")
DONE: tuple[Done, ...] = ("carried_out", "reversed")


@dataclass
class ModelItem:
    same_bytes: bool
    verdict: str | None = None
    decided_by: str | None = None
    viewers: set[str] = field(default_factory=set)
    opinions: set[str] = field(default_factory=set)


@dataclass
class ModelAction:
    item: str | None
    state: str = "ordered"


@dataclass
class ModelCase:
    account: str
    items: dict[str, ModelItem] = field(default_factory=dict)
    state: str = "open"
    actions: dict[str, ModelAction] = field(default_factory=dict)


class DeskMachine(RuleBasedStateMachine):
    """Drives the desk and the intake at random; what it says must be what the model says."""

    template: Path

    @initialize(
        remove=st.booleans(), suspend=st.booleans(), recipients=st.sampled_from([(), ("cybertipline",), ("a", "b")])
    )
    def open(self, remove: bool, suspend: bool, recipients: tuple[str, ...]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="tutela-desk-"))
        shutil.copy(self.template, self.folder / "tutela.sqlite")
        names = ", ".join(f'"{r}"' for r in recipients)
        (self.folder / "tutela.toml").write_text(
            f"[policy]\nremove_content={str(remove).lower()}\nsuspend_account={str(suspend).lower()}\nrecipients=[{names}]\n"
        )
        self.policy = Policy(remove, suspend, recipients)
        self.clock = SteppableClock()
        self.place = Workplace(load_settings(self.folder, {}), self.clock)
        self.rig = Rig(self.place, self.clock, known=range(3), near=range(40, 43))
        self.cases: dict[str, ModelCase] = {}
        self.contents: dict[tuple[str, int], str] = {}
        self.complaints: dict[str, tuple[str, str, bool | None, str]] = {}
        self.taken = 0

    def teardown(self) -> None:
        if hasattr(self, "place"):
            try:
                before = dump(self.place.database)
                with self.place.transactions.record() as log:
                    log.rebuild()
                assert dump(self.place.database) == before
            finally:
                self.place.close()
                shutil.rmtree(self.folder)

    def pick(self, n: int) -> tuple[str, ModelCase] | None:
        return list(self.cases.items())[n % len(self.cases)] if self.cases else None

    def pick_item(self, n: int, m: int) -> tuple[str, ModelCase, str, ModelItem]:
        case_id, case = list(self.cases.items())[n % len(self.cases)]
        item_id, item = list(case.items.items())[m % len(case.items)]
        return case_id, case, item_id, item

    @rule(account=st.integers(0, 2), seed=st.sampled_from([0, 1, 2, 40, 41, 42]))
    def arrives(self, account: int, seed: int) -> None:
        self.taken += 1
        name = f"account {account}"
        one = self.rig.take(str(self.taken), picture(seed), Provenance(party(name)))
        assert one.case is not None
        assert one.item is not None
        if (name, seed) in self.contents and self.repeats(self.contents[name, seed]):
            assert one.seen_again
            assert one.item == self.contents[name, seed]
            return
        assert not one.seen_again
        self.contents[name, seed] = one.item
        awaiting = [i for i, m in self.cases.items() if m.account == name and m.state in ("open", "escalated")]
        if awaiting:
            assert [one.case] == awaiting
        else:
            assert one.case not in self.cases
            self.cases[one.case] = ModelCase(name)
        self.cases[one.case].items[one.item] = ModelItem(same_bytes=seed < 40)

    def repeats(self, item_id: str) -> bool:
        """Return whether the same again is a repeat: undecided or harmless, and no new act."""
        case = next(case for case in self.cases.values() if item_id in case.items)
        return case.state in ("open", "escalated") or case.items[item_id].verdict == "not"

    @staticmethod
    def to_review(state: str) -> set[Permission]:
        """Return what somebody must be allowed to look at an item of a case that waits."""
        needed = {Permission.SEE_EVIDENCE, Permission.DECIDE}
        return needed | {Permission.DECIDE_ESCALATED} if state == "escalated" else needed

    @precondition(lambda self: self.cases)
    @rule(person=st.sampled_from(PEOPLE), n=st.integers(0, 99), m=st.integers(0, 99), fetched=st.booleans())
    def views(self, person: Person, n: int, m: int, fetched: bool) -> None:
        case_id, _, item_id, item = self.pick_item(n, m)
        state = self.cases[case_id].state
        if not self.to_review(state) <= person.permissions or state not in ("open", "escalated"):
            with pytest.raises((NotAllowed, NotPossible)):
                self.place.desk.view(person, case_id, item_id)
            return
        view = self.place.desk.view(person, case_id, item_id).id
        self.place.claiming.leave(person, case_id)
        if fetched:
            before = self.count()
            for _ in range(2):
                self.place.desk.shown(person, view)
            assert self.count() == before + 1
            item.viewers.add(person.id)

    @precondition(lambda self: self.cases)
    @rule(
        person=st.sampled_from(PEOPLE),
        n=st.integers(0, 99),
        m=st.integers(0, 99),
        verdict=st.sampled_from(VERDICTS),
        classification=st.sampled_from([None, Classification.A1]),
        ground=st.sampled_from([None, "error", "lawful_here"]),
        view=st.booleans(),
    )
    def decides(
        self,
        person: Person,
        n: int,
        m: int,
        verdict: Verdict,
        classification: Classification | None,
        ground: Ground | None,
        view: bool,
    ) -> None:
        case_id, case, item_id, item = self.pick_item(n, m)
        waits = case.state in ("open", "escalated")
        needed = self.to_review(case.state) if waits else {Permission.SEE_EVIDENCE}
        if view and needed <= person.permissions:
            self.rig.look(case_id, item_id, person)
            item.viewers.add(person.id)
            if waits:
                self.place.claiming.leave(person, case_id)
        allowed = Permission.DECIDE in person.permissions and (
            case.state != "escalated" or Permission.DECIDE_ESCALATED in person.permissions
        )
        possible = (
            case.state in ("open", "escalated")
            and item.verdict is None
            and (person.id in item.viewers or (item.same_bytes and verdict in ("known", "not")))
            and not (verdict == "not" and classification)
            and (verdict == "not") == (ground is not None)
        )
        before = self.count()
        if not allowed or not possible:
            with pytest.raises(NotPossible if allowed else NotAllowed):
                self.place.desk.decide(person, case_id, item_id, verdict, classification, "why", ground=ground)
            assert self.count() == before
            return
        after = self.place.desk.decide(person, case_id, item_id, verdict, classification, "why", ground=ground)
        item.verdict, item.decided_by = verdict, person.id
        verdicts = [i.verdict for i in case.items.values()]
        if None not in verdicts:
            confirmed = {i for i, m in case.items.items() if m.verdict != "not"}
            case.state = "confirmed" if confirmed else "dismissed"
            found = CaseReader(self.place.database).one(case_id)
            wanted: list[tuple[str, str | None]] = []
            if confirmed and self.policy.remove_content:
                wanted += [("remove_content", i) for i in confirmed]
            if confirmed and self.policy.suspend_account:
                wanted.append(("suspend_account", None))
            assert sorted((a.kind, a.item_id or "") for a in found.actions) == sorted((k, i or "") for k, i in wanted)
            recipients = sorted(r.recipient for r in found.referrals)
            assert recipients == (sorted(self.policy.recipients) if confirmed else [])
            case.actions = {a.id: ModelAction(a.item_id) for a in found.actions}
        assert after.state.value == case.state

    @precondition(lambda self: self.cases)
    @rule(
        person=st.sampled_from(PEOPLE),
        n=st.integers(0, 99),
        m=st.none() | st.integers(0, 99),
        opinion=st.sampled_from([None, *VERDICTS]),
    )
    def escalates(self, person: Person, n: int, m: int | None, opinion: Verdict | None) -> None:
        case_id, case, item_id, _ = self.pick_item(n, m or 0)
        named = item_id if m is not None else None
        if Permission.DECIDE not in person.permissions:
            with pytest.raises(NotAllowed):
                self.place.desk.escalate(person, case_id, named, opinion)
        elif case.state != "open" or (named is None and opinion is not None):
            with pytest.raises(NotPossible):
                self.place.desk.escalate(person, case_id, named, opinion)
        else:
            self.place.desk.escalate(person, case_id, named, opinion, "unsure")
            case.state = "escalated"
            if opinion is not None:
                case.items[item_id].opinions.add(person.id)

    def pick_action(self, n: int) -> tuple[str, ModelCase, ModelAction] | None:
        every = [(a, case, action) for case in self.cases.values() for a, action in case.actions.items()]
        return every[n % len(every)] if every else None

    @rule(n=st.integers(0, 99), done=st.sampled_from(DONE))
    def platform_confirms(self, n: int, done: Done) -> None:
        if (picked := self.pick_action(n)) is None:
            return
        action_id, _, action = picked
        before = self.count()
        if done == "reversed" and action.state in ("ordered", "carried_out"):
            with pytest.raises(NotPossible, match="nobody ordered"):
                self.place.desk.confirm_action("platform", action_id, done)
            assert self.count() == before
            return
        self.place.desk.confirm_action("platform", action_id, done)
        fits = (action.state, done) in (("ordered", "carried_out"), ("reversal_ordered", "reversed"))
        assert self.count() == before + fits
        action.state = done if fits else action.state

    @rule(n=st.integers(0, 99), channel=st.sampled_from(["internal", "judicial"]))
    def user_complains(self, n: int, channel: Any) -> None:
        if (picked := self.pick_action(n)) is None:
            return
        action_id, _, action = picked
        if action.state != "carried_out":
            with pytest.raises(NotPossible):
                self.rig.complain(action_id, channel)
            return
        if channel == "internal" and any((a, c, u) == (action_id, channel, None) for a, c, u, _ in self.known()):
            with pytest.raises(NotPossible, match="waits for its decision"):
                self.rig.complain(action_id, channel)
            return
        if channel == "internal" and any((a, c) == (action_id, channel) for a, c, _, _ in self.known()):
            with pytest.raises(NotPossible, match="is decided, and there is one"):
                self.rig.complain(action_id, channel)
            return
        complaint = self.rig.complain(action_id, channel)
        self.complaints[complaint] = (action_id, channel, None, "")

    def known(self) -> list[tuple[str, str, bool | None, str]]:
        return list(self.complaints.values())

    @precondition(lambda self: self.complaints)
    @rule(person=st.sampled_from(PEOPLE), n=st.integers(0, 99), upheld=st.booleans())
    def complaint_is_decided(self, person: Person, n: int, upheld: bool) -> None:
        complaint, (action_id, channel, decided, _) = list(self.complaints.items())[n % len(self.complaints)]
        case, action = next((m, m.actions[action_id]) for m in self.cases.values() if action_id in m.actions)
        deciders = set().union(
            *(
                {i.decided_by, *i.opinions}
                for item_id, i in case.items.items()
                if (action.item is None and i.verdict != "not") or item_id == action.item
            )
        )
        if channel == "internal":
            deciders |= {by for a, c, _, by in self.known() if (a, c) == (action_id, "internal")}
        arguments = (person, complaint, upheld, Reason.WRONG_ACCOUNT if upheld else Reason.OUT_OF_TIME)
        if Permission.DECIDE_COMPLAINT not in person.permissions:
            with pytest.raises(NotAllowed):
                self.place.redress.decide(*arguments)
        elif decided is not None or person.id in deciders:
            with pytest.raises(NotPossible):
                self.place.redress.decide(*arguments)
        else:
            self.place.redress.decide(*arguments)
            self.complaints[complaint] = (action_id, channel, upheld, person.id)
            if upheld and action.state == "carried_out":
                action.state = "reversal_ordered"

    def count(self) -> int:
        with self.place.transactions.reading() as log:
            return log.last_sequence()

    @invariant()
    def record_and_model_agree(self) -> None:
        if not hasattr(self, "place"):
            return
        reader = CaseReader(self.place.database)
        assert {row.id: (row.state.value, row.items, row.undecided) for row in reader.all()} == {
            i: (m.state, len(m.items), sum(x.verdict is None for x in m.items.values())) for i, m in self.cases.items()
        }
        actions = {a.id: a.state for a in reader.actions(["ordered", "carried_out", "reversal_ordered", "reversed"])}
        assert actions == {a: x.state for m in self.cases.values() for a, x in m.actions.items()}
        assert {x.id for _, x in reader.open_complaints()} == {i for i, x in self.complaints.items() if x[2] is None}


@pytest.fixture(scope="module")
def _template(tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("desk") / "tutela.sqlite"
    database = Database(f"sqlite:///{path}")
    database.upgrade()
    with database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    DeskMachine.template = path


@pytest.mark.usefixtures("_template")
class TestDesk(DeskMachine.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=12, stateful_step_count=30)


def test_the_same_on_both_databases(place: Workplace, clock: SteppableClock) -> None:
    """A seeded walk through the doors; what the projections say survives being made again."""
    rng = random.Random(7)
    rig = Rig(place, clock)
    desk, reader = place.desk, CaseReader(place.database)
    for number in range(70):
        clock.advance(minutes=rng.randrange(300))
        seed = rng.choice([*range(6), *range(40, 46), 90, 91])
        sender = party(f"a{rng.randrange(6)}", rng.choice(["SE", "US", None])) if rng.random() < 0.8 else None
        rig.take(f"{number}", picture(seed), Provenance(sender, name="n"))
        awaiting = reader.awaiting()
        if awaiting and rng.random() < 0.6:
            case = reader.one(rng.choice(awaiting).id)
            item = rng.choice([i for i in case.items if i.verdict is None])
            if case.state.value == "open" and rng.random() < 0.2:
                desk.escalate(REVIEWER, case.id, item.id, rng.choice(VERDICTS), "?")
            else:
                rig.decide(case.id, item.id, rng.choice(VERDICTS), SENIOR)
        for action in reader.actions(["ordered", "reversal_ordered"]):
            if rng.random() < 0.5:
                rig.confirm(action.id)
        for action in reader.actions(["carried_out"]):
            if rng.random() < 0.2 and action.id not in {c.action_id for c in reader.one(action.case_id).complaints}:
                rig.complain(action.id, rng.choice(["internal", "judicial"]))
        for _, complaint in reader.open_complaints():
            if rng.random() < 0.5:
                upheld = rng.random() < 0.5
                reason = Reason.WRONG_ACCOUNT if upheld else Reason.OUT_OF_TIME
                place.redress.decide(OFFICER, complaint.id, upheld, reason)
    rig.close(CHAT)
    before = dump(place.database)
    assert all(
        before[name] for name in ("cases", "detections", "views", "actions", "complaints", "referrals", "tallies")
    )
    with place.transactions.record() as log:
        assert log.rebuild() == log.last_sequence() or place.database.engine.dialect.name == "postgresql"
    assert dump(place.database) == before


def test_what_is_not_there(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert one.case is not None
    with pytest.raises(NoSuchCase):
        place.desk.decide(REVIEWER, "nowhere", "x", "not")
    with pytest.raises(NoSuchItem):
        place.desk.decide(REVIEWER, one.case, "nowhere", "not")
    with pytest.raises(NoSuchItem):
        place.desk.view(REVIEWER, one.case, "nowhere")
    with pytest.raises(NoSuchItem):
        place.desk.escalate(REVIEWER, one.case, "nowhere")
    with pytest.raises(LookupError):
        place.desk.confirm_action("platform", "nowhere", "carried_out")
    with pytest.raises(NoSuchView):
        place.desk.shown(REVIEWER, "nowhere")
    with pytest.raises(LookupError):
        place.redress.lodge("platform", "nowhere")
    with pytest.raises(LookupError):
        place.redress.decide(SENIOR, "nowhere", upheld=True, reason=Reason.COURT_ORDER)


def test_a_late_repeat_of_a_confirmation_restores_nothing(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    action = rig.actions(rig.confirmed())[0]
    with pytest.raises(NotPossible, match="nobody ordered"):
        place.desk.confirm_action("platform", action, "reversed")
    place.desk.confirm_action("platform", action, "carried_out")
    with pytest.raises(NotPossible, match="nobody ordered"):
        place.desk.confirm_action("platform", action, "reversed")
    complaint = rig.complain(action)
    place.redress.decide(OFFICER, complaint, upheld=True, reason=Reason.WRONG_ACCOUNT)
    place.desk.confirm_action("platform", action, "carried_out")  # the same answer, sent again
    reader = CaseReader(place.database)
    assert reader.action(action).state == "reversal_ordered"
    for done in ("reversed", "reversed", "carried_out"):
        place.desk.confirm_action("platform", action, done)
        assert reader.action(action).state == "reversed"
    with place.transactions.reading() as log:
        assert [e.type for e in log.read(types=["action.carried_out", "action.reversed"])] == [
            "action.carried_out", "action.reversed",
        ]  # fmt: skip


def test_only_what_was_shown_to_the_person_was_viewed(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(40))
    assert one.case is not None
    assert one.item is not None
    view = place.desk.view(REVIEWER, one.case, one.item).id
    with pytest.raises(HeldByAnother):
        rig.look(one.case, one.item, REVIEWER_2)
    place.claiming.leave(REVIEWER, one.case)
    rig.look(one.case, one.item, REVIEWER_2)
    place.claiming.leave(REVIEWER_2, one.case)
    reader = CaseReader(place.database)
    assert reader.viewed_by(one.case, REVIEWER.id) == frozenset()
    with pytest.raises(NotPossible, match="look at the item first"):
        place.desk.decide(REVIEWER, one.case, one.item, "known")
    for person in (REVIEWER_2, AUDITOR):
        with pytest.raises(NotAllowed):
            place.desk.shown(person, view)
    for _ in range(2):
        clock.advance(minutes=1)
        place.desk.shown(REVIEWER, view)
    assert reader.viewed_by(one.case, REVIEWER.id) == {one.item}
    with place.transactions.reading() as log:
        shown = [e for e in log.read(types=["evidence.shown"]) if e.actor == REVIEWER.id]
    assert [e.payload for e in shown] == [EvidenceShown(view=view, item=one.item)]
    before = dump(place.database)
    assert [row["shown_at"] for row in before["views"] if row["id"] == view] == [shown[0].occurred_at]
    with place.transactions.record() as log:
        log.rebuild()
    assert dump(place.database) == before
    assert place.desk.decide(REVIEWER, one.case, one.item, "known").items[0].verdict == "known"


def test_an_item_of_another_case_is_not_decided(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0), Provenance(party("a")))
    two = rig.take("2", picture(0), Provenance(party("b")))
    assert one.case != two.case
    assert one.case is not None
    assert two.item is not None
    with pytest.raises(NoSuchItem):
        place.desk.decide(REVIEWER, one.case, two.item, "known")


def test_remarks_are_kept_encrypted_and_limited(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert one.case is not None
    assert one.item is not None
    with pytest.raises(NotPossible, match="4000"):
        place.desk.decide(REVIEWER, one.case, one.item, "known", remarks="x" * 4001)
    place.desk.decide(REVIEWER, one.case, one.item, "known", remarks="  seen before in the quarry  ")
    (name,) = [n for n in place.vault.names(one.case) if n.endswith(".remark")]
    assert b"seen before in the quarry" in place.vault.get(one.case, name)
    assert not any(b"quarry" in p.read_bytes() for p in place.settings.data.rglob("*") if p.is_file())


def test_two_people_cannot_both_decide(place: Workplace, clock: SteppableClock) -> None:
    import threading

    rig = Rig(place, clock)
    for round_ in range(5):
        one = rig.take(f"{round_}", picture(0), Provenance(party(f"r{round_}")))
        assert one.case is not None
        assert one.item is not None
        for person in (REVIEWER, REVIEWER_2):
            rig.look(one.case, one.item, person)
            place.claiming.leave(person, one.case)
        ready = threading.Barrier(2, timeout=60)
        ends: list[str] = []

        def run(person: Person, verdict: Verdict, case: str = one.case, item: str = one.item) -> None:
            ready.wait()  # noqa: B023
            try:
                place.desk.decide(person, case, item, verdict, ground="error" if verdict == "not" else None)
                ends.append("done")  # noqa: B023
            except NotPossible:
                ends.append("refused")  # noqa: B023

        threads = [
            threading.Thread(target=run, args=arguments) for arguments in ((REVIEWER, "known"), (REVIEWER_2, "not"))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(ends) == ["done", "refused"]
    with place.transactions.reading() as log:
        assert len(list(log.read(types=["item.decided"]))) == 5
        assert len(list(log.read(types=["case.closed"]))) == 5
