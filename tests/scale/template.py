"""A small installation with cases in every state, made through the public doors: the original of a large one."""

from __future__ import annotations

import random

from tests.databases import SteppableClock
from tests.rig import CHAT, DRIVE, MAIL, OFFICER, REVIEWER, REVIEWER_2, SENIOR, Rig, party, picture
from tutela.access.roles import Person
from tutela.casework.reasons import Reason
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.referral import ReferralFailed, ReferralFiled, ReferralFinishing, ReferralOpened
from tutela.events.envelope import NewEvent
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

SEED = 20
HOURS = 0.35
"""Between two items."""


def furnish(place: Workplace, clock: SteppableClock, cases: int) -> None:
    """Let so many cases happen: most are decided and reported, some wait, some are complained of."""
    rng = random.Random(SEED)
    rig, reader = Rig(place, clock), CaseReader(place.database)
    for number in range(cases):
        clock.advance(hours=HOURS)
        service = rng.choice([CHAT, CHAT, MAIL, DRIVE])
        sender = party(f"account-{number}", rng.choice(["SE", "DE", "FR", "US", None]))
        for part in range(rng.choice([1, 1, 1, 2, 4])):
            shown = picture(rng.choice([*rig.known, *rig.near]))
            rig.take(f"{number}-{part}", shown, Provenance(sender, (party(f"r-{number}"),), clock.now), service)
    waiting = reader.all()
    for row in rng.sample(waiting, len(waiting) * 9 // 10):
        # Long enough between two cases that nobody is told to rest.
        clock.advance(minutes=20)
        _work(rig, rng, row.id, rng.choice([REVIEWER, REVIEWER_2]))
    _file(rig, rng)
    for action in reader.actions(["ordered"]):
        if rng.random() < 0.95:
            rig.confirm(action.id, "key:platform")
    for action in reader.actions(["carried_out"]):
        if rng.random() < 0.06:
            rig.complain(action.id, rng.choice(["internal", "internal", "judicial"]))
    for _, complaint in reader.open_complaints():
        clock.advance(minutes=7)
        if rng.random() < 0.8:
            reason = Reason.WRONG_ACCOUNT if rng.random() < 0.2 else Reason.OUT_OF_TIME
            place.redress.decide(OFFICER, complaint.id, reason.upholds, reason)
    for service in (CHAT, MAIL, DRIVE):
        rig.close(service)


def _work(rig: Rig, rng: random.Random, case: str, person: Person) -> None:
    if rng.random() < 0.04:
        rig.place.desk.escalate(person, case, remarks="please have a look")
        if rng.random() < 0.3:
            return
        person = SENIOR
    for item in CaseReader(rig.place.database).one(case).items:
        verdict: Verdict = rng.choices(["known", "new", "not"], [85, 5, 10])[0]  # type: ignore[assignment]
        rig.decide(case, item.id, verdict, person, remarks="as listed" if rng.random() < 0.2 else "")


def _file(rig: Rig, rng: random.Random) -> None:
    place, clock = rig.place, rig.clock
    for number, referral in enumerate(CaseReader(place.database).referrals()):
        clock.advance(minutes=1)
        opened = ReferralOpened(referral=referral.id, attempt=1, report_id=str(4_000_000 + number), target="sandbox")
        chance = rng.random()
        events = [NewEvent(opened, referral.case_id, clock())]
        if chance < 0.95:
            filed = ReferralFiled(
                referral=referral.id, attempt=1, report_id=opened.report_id, files=1, confirmed_by="finish"
            )
            finishing = ReferralFinishing(referral=referral.id, attempt=1)
            events += [NewEvent(step, referral.case_id, clock()) for step in (finishing, filed)]
        elif chance < 0.98:
            failed = ReferralFailed(referral=referral.id, attempt=1, step="upload", code="no-answer", retry=False)
            events.append(NewEvent(failed, referral.case_id, clock()))
        with place.transactions.record() as log:
            log.append(events)
