"""A year of a small, made-up installation for the pictures of the console: something stands on every page.

The items are ordinary photographs from the folder that TUTELA_PHOTOS names (/tmp/tutela-photos without it), or
generated textures where there are none. Reports and calls go to the sandboxes on this machine.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from PIL import Image

from tests.web.scene import PASSWORD, Scene, encoded, texture
from tutela.access.governance import Writing
from tutela.access.inspection import Plan
from tutela.access.roles import Person, Role
from tutela.casework.case import Classification
from tutela.casework.legal.requests import Entry
from tutela.casework.quality.rules import QualityRules
from tutela.casework.reasons import Reason
from tutela.casework.redress_records import AuthorityRequest, CourtPaper
from tutela.detection.hashlists.hashlist import HashList
from tutela.events.catalogue.authority import CollectionDeclared, InvestigationOpened, ReportReceived, ReportsJoined
from tutela.events.catalogue.base import Verdict
from tutela.events.catalogue.governance import IncidentFacts
from tutela.referral.feedback import Word
from tutela.statistics.authority.rules import new_subject
from tutela.storage.casework.case_reader import CaseReader
from tutela.web.platform.calling import calling_platform

PHOTOGRAPHS = (
    "scikit-image-coffee.png",
    "scikit-image-rocket.jpg",
    "scikit-image-gravel.png",
    "scikit-image-brick.png",
    "scikit-image-grass.png",
    "scikit-image-chelsea.png",
    "scikit-image-moon.png",
    "scikit-image-motorcycle_left.png",
)
"""All of them in the public domain or free to use."""
BEGIN = datetime(2025, 3, 3, 8, tzinfo=UTC)
HOUSE = frozenset(set(Role) - {Role.SUPERVISOR})
SETTINGS = """
[platform]
url = "{platform}"
[cybertipline]
url = "{authority}"
[entries]
cluster_items = 6
minimum_decisions = 4
minimum_precision = 0.8
[redress]
contact = "trust@lantern.example"
[[queues]]
id = "severe"
name = "Most severe"
severity = 4
"""


def pictures() -> list[Image.Image]:
    """Return ordinary pictures."""
    folder = Path(os.environ.get("TUTELA_PHOTOS", "/tmp/tutela-photos"))  # noqa: S108 - only read
    made = []
    for seed, name in enumerate(PHOTOGRAPHS):
        path = folder / name
        if path.exists():
            with Image.open(path) as photograph:
                made.append(photograph.convert("RGB"))
        else:
            made.append(texture(seed + 1, (600, 400)))
    return made


@dataclass
class Furnished:
    """What was put in: the values of the pages' parameters, and the case that shows most."""

    scene: Scene
    photographs: list[Image.Image]
    values: dict[str, str] = field(default_factory=dict)
    sent: int = 0

    def arrive(self, number: int, account: str, quality: int = 80) -> tuple[str, str]:
        """Let a copy of a listed photograph arrive."""
        return self.scene.flagged(encoded(self.photographs[number], "JPEG", quality=quality), account)

    def decide(self, name: str, case: str, item: str, verdict: Verdict, remarks: str = "", minutes: int = 3) -> None:
        """Look and decide."""
        scene, desk = self.scene, self.scene.place.desk
        person = scene.person(name)
        scene.clock.step(minutes=minutes)
        scene.look(name, case, item)
        scene.clock.step(minutes=1)
        known = Classification.A1 if verdict == "known" else Classification.B1
        desk.decide(
            person, case, item, verdict,
            classification=None if verdict == "not" else known,
            remarks=remarks, ground="error" if verdict == "not" else None,
        )  # fmt: skip

    def work(self) -> None:
        """Do what the server does by itself."""
        place = self.scene.place
        place.dispatcher().run_due()
        with calling_platform(place) as caller:
            if caller is not None:
                caller.run_due()
        place.notices.issue_due()
        place.entries.suspend_due()
        while place.entries.advance():
            pass

    def take_notices(self) -> None:
        """Let the platform take what is to be told to users."""
        place = self.scene.place
        for notice in place.redress_reader.notices_to_hand_over(50):
            place.notices.hand_over("key:platform", notice.about, "en")

    def carry_out(self, case: str) -> list[str]:
        """Let the platform confirm what it was asked to do in a case; return the actions, the suspension last."""
        ordered = [a for a in CaseReader(self.scene.place.database).one(case).actions if a.state == "ordered"]
        actions = [a.id for a in sorted(ordered, key=lambda a: a.kind == "suspend_account")]
        for action in actions:
            self.scene.place.desk.confirm_action("key:platform", action, "carried_out")
        return actions


def furnish(scene: Scene) -> Furnished:
    """Fill an installation that `build` made."""
    made = Furnished(scene, pictures())
    _people(scene)
    _lists(made)
    _spring(made)
    _redress(made)
    _entries(made)
    _account(made)
    _today(made)
    made.work()
    _feedback(made)
    scene.place.audit.checkpoint()
    return made


def _feedback(made: Furnished) -> None:
    """The recipient of a report says what it makes of it."""
    scene = made.scene
    report = next(one for one in CaseReader(scene.place.database).referrals() if one.filed_at is not None)
    word = Word("informational", reference="N-4711/25")
    scene.place.feedback.record(scene.person("ruth"), report.id, word, "console")
    scene.clock.step(minutes=5)
    made.values["referral"] = report.id


def _people(scene: Scene) -> None:
    people = scene.place.people
    people.register(Person("olga", "Olga Office", HOUSE), PASSWORD)
    people.register(Person("dora", "Dora Data", frozenset({Role.DATA_PROTECTION_OFFICER})), PASSWORD)
    people.register(Person("rosa", "Rosa Reviewer", frozenset({Role.REVIEWER})), PASSWORD)
    for key, scope in (("lantern-uploads", "items"), ("lantern-actions", "actions"), ("registration", "accounts")):
        people.create_key(key, [scope])


def _lists(made: Furnished) -> None:
    scene = made.scene
    scene.place.lists.create(HashList("own", "Example", "our own cases", "SE", None, own=True))
    for number, photograph in enumerate(made.photographs):
        scene.list_picture(encoded(photograph), classification=("A1", "A2", "B1", "B2")[number % 4])


def _spring(made: Furnished) -> None:
    """Three months of ordinary work."""
    scene = made.scene
    # The last photographs are for the entries that turn out badly.
    for day in range(40):
        scene.clock.now = BEGIN + timedelta(days=2 * day, minutes=17 * (day % 7))
        for other in range(3):
            scene.send(encoded(texture(900 + 3 * day + other, (200, 150))), f"user-{day % 5}-{other}")
        case, item = made.arrive(day % 5, f"spring-{day}", 60 + day % 30)
        verdict: Verdict = "not" if day % 6 == 4 else ("new" if day % 9 == 5 else "known")
        made.decide(("rita", "rosa", "sara")[day % 3], case, item, verdict, minutes=4 + day % 11)
        if day % 4 == 0:
            made.work()
            made.carry_out(case)
            made.work()
            made.take_notices()
    scene.clock.step(days=1)
    scene.place.retention.run()


def _redress(made: Furnished) -> None:
    scene, place = made.scene, made.scene.place
    told = []
    for number in range(6):
        scene.clock.step(hours=5)
        case, item = made.arrive(number % 5, f"redress-{number}", 75)
        made.decide("rita", case, item, "known", "As listed, no doubt.")
        made.work()
        told.append((case, item, made.carry_out(case)))
        made.work()
    made.take_notices()
    (first, item, actions), (_, _, second), (third, _, others), (_, _, court), (fifth, _, _), (_, _, access) = told
    late = place.redress.lodge(
        "key:platform", second[0], claim="not_such_material", words="It is my own kitchen floor."
    )
    scene.clock.step(days=16)
    one = place.redress.lodge(
        "user:link", actions[0], via="link", claim="not_such_material",
        words="This is the coffee that I photographed in Lund for our club. Please look again.",
    )  # fmt: skip
    done = place.redress.lodge("key:platform", others[0], words="I did not send that.")
    scene.clock.step(hours=20)
    place.desk.shown(
        scene.person("cora"), place.desk.view(scene.person("cora"), third, _item(scene, third), "complaint").id
    )
    place.redress.decide(
        scene.person("cora"), done, upheld=False, reason=Reason.CONFIRMED_ON_REVIEW,
        answer="Two people looked, and it is what the list says.",
    )  # fmt: skip
    paper = CourtPaper(court="Förvaltningsrätten i Stockholm", docket="T 1234-25", filed_on=scene.clock().date())
    place.redress.enter(scene.person("cora"), court[0], paper)
    place.notices.request_access("key:platform", access[-1], words="Please send me my photographs of the boat.")
    asked = AuthorityRequest(authority="Polismyndigheten", reference="K 55123-25")
    held, held_item = made.arrive(1, "deferred", 70)
    made.decide("sara", held, held_item, "known")
    place.notices.defer(scene.person("ruth"), held, "police", asked, scene.clock() + timedelta(days=21))
    made.carry_out(held)
    made.work()
    made.values |= {
        "case_id": first, "item_id": item, "action": actions[0], "complaint_id": one, "late": late,
        "token": str(place.notices.token(place.notices.of_action(access[0]))),
    }  # fmt: skip
    _hold(made, fifth)


def _item(scene: Scene, case: str) -> str:
    return CaseReader(scene.place.database).one(case).items[0].id


def _hold(made: Furnished, case: str) -> None:
    scene, place = made.scene, made.scene.place
    until = scene.clock() + timedelta(days=200)
    approval = place.retention.holds.ask(
        scene.person("ruth"), [case], ground="preservation_request", until=until, reference="Request 55123 of 12 May"
    )
    place.approvals.decide(scene.person("dora"), approval, allowed=True)
    place.retention.holds.place(scene.person("ruth"), approval)
    made.values["certificate"] = place.retention.recent(1)[0].id


def _entries(made: Furnished) -> None:
    """One entry that errs too often, one found wrong, a cluster, and own ones that wait for their second person."""
    scene, place = made.scene, made.scene.place
    for number in range(4):
        scene.clock.step(hours=3)
        case, item = made.arrive(5, f"cat-{number}", 70)
        made.decide("rosa", case, item, "not", "A cat on a sofa.")
    for number in range(3):
        scene.clock.step(hours=3)
        case, item = made.arrive(6, f"moon-{number}", 70)
        made.decide("rita", case, item, "known")
    made.work()
    entries = {number: entry.id for number, entry in enumerate(place.lists.entries(["trial-list"], enabled_only=False))}
    place.entries.judge_wrong(scene.person("sven"), entries[6], "wrong_fingerprint")
    made.work()
    confirmed = made.values["case_id"]
    place.entries.add(scene.person("rita"), confirmed, made.values["item_id"], "own")
    made.values |= {"list_id": "trial-list", "entry_id": str(entries[0])}


def _account(made: Furnished) -> None:
    """What the officers of the house keep: policies, a review, an incident, approvals, an inspection."""
    scene, place = made.scene, made.scene.place
    olga, dora, now = scene.person("olga"), scene.person("dora"), scene.clock()
    day = now.date()
    retention = "Confirmed cases are kept for ninety days after the last report, dismissed ones for fourteen."
    record = place.governance.write(
        olga,
        Writing("policy", "Retention of evidence", retention, day, day + timedelta(days=180), ("8.retention_content",)),
    )
    incident = IncidentFacts(
        detected_at=now - timedelta(days=3), contained_at=now - timedelta(days=3, hours=-2), personal_data="no",
        told_authority_at=None, not_told=None, told_people="not_needed",
    )  # fmt: skip
    place.governance.write(
        olga, Writing("incident", "A reviewer's laptop was lost", "It held no evidence; its session was ended.", day,
                      None, (), incident)
    )  # fmt: skip
    until = now + timedelta(days=3)
    plan = Plan("Integritetsskyddsmyndigheten", "DI-2025-117", "inspector-imy", now, until, ("audit", "retention"))
    approval = place.inspections.ask(olga, plan)
    place.approvals.decide(dora, approval, allowed=True)
    inspection, _ = place.inspections.open(olga, approval)
    for path in ("GET /audit", "GET /retention"):
        scene.clock.step(minutes=3)
        place.inspections.opened(scene.person("inspector-imy"), path)
    waiting = place.disclosure.ask_unmask(
        scene.person("ruth"), made.values["case_id"], "court_order", "legal_obligation", "B 1187-25"
    )
    order = Entry(
        "national-production", "court", "Court of Luleå", "SE", "T 117-25", now - timedelta(hours=3),
        due_at=now + timedelta(days=9), cases=(made.values["case_id"],),
    )  # fmt: skip
    _register(made)
    made.values |= {
        "subject": "investigation:K-7-25",
        "record_id": record, "inspection_id": inspection.id, "approval_id": waiting, "document": "record-of-processing",
        "legal_id": place.legal.receive(scene.person("ruth"), order),
        "person_id": "rita", "key_id": "lantern-uploads", "year": "2025", "figure_id": "4.known.images",
        "reporter_kind": "state", "reporter_code": "PL",
    }  # fmt: skip
    place.disclosure.ask_audit_export(dora, "A 7-25")


def _register(made: Furnished) -> None:
    """What a national authority would state: some reports, two of them of one case, and an investigation."""
    place, keeper, now = made.scene.place, made.scene.person("olga"), made.scene.clock()
    place.authority.state(keeper, "collection:reports", CollectionDeclared(kind="reports", since=date(now.year, 1, 1)))
    reports = []
    for days, number, source in ((40, "17-25", "ncmec"), (33, "18-25", "hotline"), (12, "17-25", "ncmec")):
        came = ReportReceived(
            on=now.date() - timedelta(days=days), source=source, number=number, object="account",
            provider_type="interpersonal_communications", grade="actionable",
        )  # fmt: skip
        reports.append(new_subject("report", now))
        place.authority.state(keeper, reports[-1], came)
    opened = InvestigationOpened(on=now.date() - timedelta(days=30), reports=tuple(reports[:2]))
    place.authority.state(keeper, "investigation:K-7-25", opened)
    joined = ReportsJoined(on=now.date() - timedelta(days=11), reports=(reports[2],))
    place.authority.state(keeper, "investigation:K-7-25", joined)


def _today(made: Furnished) -> None:
    """A morning's queue, and second reviews of what was decided last."""
    scene, place = made.scene, made.scene.place
    place.settings = replace(place.settings, quality=QualityRules(second_review={"known": {"known": 0.3, "not": 1.0}}))
    scene.clock.step(hours=20)
    coffee = made.photographs[0]
    shown, first = scene.flagged(encoded(coffee.rotate(180), "JPEG", quality=60), "user-1")
    scene.send(encoded(coffee.rotate(180), "JPEG", quality=60), "user-1")
    for number in (1, 2, 3, 4):
        made.arrive(number, "user-1", 70)
    for number in range(9):
        case, _ = made.arrive(number % 5, f"user-{number + 2}", 50 + 4 * number)
        if number == 4:
            place.desk.mark_urgent(scene.person("rita"), case, "A meeting is named.")
        scene.clock.step(minutes=11 + 7 * number)
    place.desk.shown(scene.person("rita"), place.desk.view(scene.person("rita"), shown, first).id)
    place.desk.escalate(
        scene.person("rita"), shown, first, "known", "Looks like the listed one, turned. Please check the second item."
    )
    scene.clock.step(minutes=24)
    place.claiming.next(scene.person("rosa"))
    place.resting.begin(scene.person("rita"))
    place.desk.shown(scene.person("sven"), place.desk.view(scene.person("sven"), shown, first).id)
    made.values["shown"] = shown
