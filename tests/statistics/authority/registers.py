"""Registers for tests: by hand, and by the law of large numbers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import get_args

from hypothesis import strategies as st

from tutela.events.catalogue import authority as said
from tutela.events.catalogue.base import Payload
from tutela.statistics.authority.statement import Statement

FIRST = date(2021, 1, 1)
DAYS = 4 * 365
DAY = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))


def day(text: str) -> date:
    return date.fromisoformat(text)


class Scribe:
    """Writes statements down, one after another; `known` is the day on which one is recorded, `on` if not given."""

    def __init__(self) -> None:
        self.statements: list[Statement] = []

    def __call__(self, subject: str, payload: Payload, known: date | str | None = None) -> str:
        stated = getattr(payload, "on", FIRST)
        assert isinstance(stated, date)
        at = day(known) if isinstance(known, str) else known or stated
        number = len(self.statements) + 1
        moment = datetime.combine(at, time(12), UTC)
        self.statements.append(Statement(f"s{number}", number, subject, payload, moment, "rosa"))
        return f"s{number}"

    def report(self, name: str, on: str, known: str | None = None, **facts: object) -> str:
        usual: dict[str, object] = {
            "source": "ncmec", "number": None, "object": "account", "provider_type": "interpersonal_communications",
            "grade": "actionable",
        }  # fmt: skip
        return self(f"report:{name}", said.ReportReceived(on=day(on), **{**usual, **facts}), known)

    def investigation(self, name: str, on: str, *reports: str, known: str | None = None) -> str:
        ids = tuple(f"report:{r}" for r in reports)
        return self(f"investigation:{name}", said.InvestigationOpened(on=day(on), reports=ids), known)

    def merged(self, name: str, on: str, into: str) -> str:
        return self(f"investigation:{name}", said.InvestigationMerged(on=day(on), into=f"investigation:{into}"))

    def closed(self, name: str, on: str, reason: said.ClosingReason) -> str:
        return self(f"investigation:{name}", said.InvestigationClosed(on=day(on), reason=reason))

    def victim(self, name: str, on: str, known: str | None = None, **facts: object) -> str:
        usual: dict[str, object] = {
            "investigation": None, "gender": "female", "age": "7-12", "self_generated": "no", "path": "report",
            "setting": "online",
        }  # fmt: skip
        return self(f"victim:{name}", said.VictimIdentified(on=day(on), **{**usual, **facts}), known)

    def convicted(self, name: str, on: str, of: str | None = None, known: str | None = None, **facts: object) -> str:
        usual: dict[str, object] = {
            "person": name, "investigation": f"investigation:{of}" if of else None, "setting": "online",
            "referral": "report", "finality": "final",
        }  # fmt: skip
        return self(f"conviction:{name}", said.PersonConvicted(on=day(on), **{**usual, **facts}), known)

    def kept(self, *kinds: said.Kept, since: str | None = "2021-01-01", known: str = "2021-01-01") -> None:
        for kind in kinds or get_args(said.Kept):
            declared = said.CollectionDeclared(kind=kind, since=day(since) if since else None)
            self(f"collection:{kind}", declared, known)


def _literal(annotation: object) -> st.SearchStrategy[str]:
    return st.sampled_from(get_args(annotation))


FEW = st.integers(0, 5).map(str)


@st.composite
def payloads(draw: st.DrawFn, kind: str, on: date) -> Payload:
    """One statement of a kind, about few things, so that they meet."""
    some = st.lists(FEW, max_size=2).map(tuple)
    of = st.none() | FEW.map(lambda n: f"investigation:{n}")
    match kind:
        case "report":
            return said.ReportReceived(
                on=on, source=draw(st.sampled_from(["ncmec", "hotline"])), number=draw(st.none() | FEW),
                object=draw(_literal(said.ReportedObject)), provider_type=draw(_literal(said.ProviderType)),
                grade=draw(_literal(said.Grade)), files=draw(st.lists(FEW.map(lambda f: (f,)), max_size=2).map(tuple)),
                accounts=draw(some), page=draw(st.none() | FEW), earlier=draw(some),
            )  # fmt: skip
        case "opened" | "joined":
            reports = draw(st.lists(FEW.map(lambda n: f"report:{n}"), max_size=3).map(tuple))
            made = said.InvestigationOpened if kind == "opened" else said.ReportsJoined
            return made(on=on, reports=reports)
        case "merged":
            return said.InvestigationMerged(on=on, into=draw(FEW.map(lambda n: f"investigation:{n}")))
        case "closed":
            return said.InvestigationClosed(on=on, reason=draw(_literal(said.ClosingReason)))
        case "victim":
            return said.VictimIdentified(
                on=on, investigation=draw(of), gender=draw(_literal(said.Gender)), age=draw(_literal(said.AgeBand)),
                self_generated=draw(_literal(said.SelfGenerated)), path=draw(_literal(said.Path)),
                setting=draw(_literal(said.Setting)),
            )  # fmt: skip
        case "convicted":
            return said.PersonConvicted(
                on=on, person=draw(st.none() | FEW), investigation=draw(of), setting=draw(_literal(said.Setting)),
                referral=draw(_literal(said.Referral)), finality=draw(_literal(said.Finality)),
            )  # fmt: skip
        case _:
            return said.ConvictionChanged(on=on, became=draw(st.sampled_from(["final", "under_appeal", "quashed"])))


SUBJECT = {
    "report": "report", "opened": "investigation", "joined": "investigation", "merged": "investigation",
    "closed": "investigation", "victim": "victim", "convicted": "conviction", "changed": "conviction",
}  # fmt: skip
FIRST_OF = ("report", "opened", "victim", "convicted")


@st.composite
def registers(draw: st.DrawFn, most: int = 25) -> Sequence[Statement]:
    """A register with late statements, corrections and withdrawals, as the rules would let them be recorded."""
    scribe = Scribe()
    if draw(st.booleans()):
        scribe.kept()
    standing: dict[str, str] = {}
    first: dict[str, str] = {}
    known = FIRST
    for _ in range(draw(st.integers(0, most))):
        known += timedelta(days=draw(st.integers(0, 120)))
        on = known - timedelta(days=draw(st.integers(0, 200)))
        kind = draw(st.sampled_from([*SUBJECT, "report", "report", "correct", "correct", "withdraw"]))
        if kind in {"correct", "withdraw"}:
            if not standing:
                continue
            ended = draw(st.sampled_from(sorted(standing)))
            old = next(s for s in scribe.statements if s.id == ended)
            kind_of = standing.pop(ended)
            if kind == "withdraw":
                scribe(old.subject, said.StatementWithdrawn(statement=ended, reason="entered_by_mistake"), known)
                first = {subject: s for subject, s in first.items() if s != ended}
                continue
            payload = draw(payloads(kind_of, on)).model_copy(update={"corrects": ended})
            made = scribe(old.subject, payload, known)
            standing[made] = kind_of
            if first.get(old.subject) == ended:
                first[old.subject] = made
            continue
        subject = f"{SUBJECT[kind]}:{draw(FEW)}"
        if (kind in FIRST_OF) == (subject in first):
            continue
        made = scribe(subject, draw(payloads(kind, on)), known)
        standing[made] = kind
        if kind in FIRST_OF:
            first[subject] = made
    return tuple(scribe.statements)
