"""The return counted a second way, by plain SQL over the events; and each figure from its own events alone."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from tests.databases import Opening, SteppableClock
from tests.rig import CHAT, DRIVE, MAIL, OFFICER, SENIOR, Rig, party, picture
from tests.statistics.provider_return.test_second_way import different, exported, numbers, second_way
from tutela.casework.reasons import Reason
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Payload
from tutela.events.catalogue.casework import ItemDecided
from tutela.events.catalogue.intake import IntakeRefused, ItemFlagged
from tutela.events.catalogue.referral import ReferralFiled
from tutela.events.envelope import Event, NewEvent
from tutela.regimes.services import Service
from tutela.sandboxes.cybertipline import running
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.compilation import YearlyReturn
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.provider_return.light import OF_BATCHES, OF_CASES, OF_RECORDS, OF_SETTINGS
from tutela.statistics.provider_return.spans import whole_year
from tutela.statistics.provider_return.wording import as_json
from tutela.statistics.provider_return.writing import figure_body, page, return_body
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import Settings
from tutela.storage.workplace import Workplace

YEAR = 2025
ITEMS = (40, 41, 42, 43, 44, 0, 1, 2, 3, 90, 91, 92)


def lived(place: Workplace, clock: SteppableClock, seed: int = 3) -> None:
    """Make a year of three services, one of them outside the return, with everything that a return counts."""
    rng = random.Random(seed)
    clock.set("2024-12-31T20:00:00Z")
    rig, reader = Rig(place, clock), CaseReader(place.database)
    dispatcher = place.dispatcher()
    # Identifiers are random, and with them who is asked about what: one mistake is there in every run.
    clock.advance(hours=30)
    mistaken = rig.take("mistaken", picture(ITEMS[0]), Provenance(party("s0", "SE")), CHAT, "first")
    assert mistaken.case is not None
    assert mistaken.item is not None
    rig.decide(mistaken.case, mistaken.item, "not", SENIOR)
    rig.close(CHAT, "first")
    for number in range(60):
        clock.advance(hours=rng.randrange(1, 320))
        if clock.now >= datetime(2026, 4, 1, tzinfo=UTC):
            break  # from here on no regime covers it for a while
        service = rng.choice([CHAT, CHAT, MAIL, DRIVE])
        sender = rng.choice([None, *(party(f"s{n}", ["SE", "US", None][n % 3]) for n in range(6))])
        recipients = tuple(
            party(f"r{rng.randrange(5)}", rng.choice(["DE", "BR", None])) for _ in range(rng.randrange(3))
        )
        batch = f"{clock.now.date()}"
        rig.take(str(number), picture(rng.choice(ITEMS)), Provenance(sender, recipients), service, batch)
        if rng.random() < 0.5:
            rig.close(service, batch)
        for row in reader.awaiting():
            for item in reader.one(row.id).items:
                if item.verdict is None and rng.random() < 0.7:
                    rig.decide(row.id, item.id, rng.choice(["known", "known", "new", "new", "not"]), SENIOR)
        for action in reader.actions(["ordered", "reversal_ordered"]):
            if rng.random() < 0.7:
                rig.confirm(action.id)
        for action in reader.actions(["carried_out"]):
            if rng.random() < 0.15 and action.id not in {c.action_id for c in reader.one(action.case_id).complaints}:
                rig.complain(action.id, rng.choice(["internal", "judicial"]))
        for _, complaint in reader.open_complaints():
            if rng.random() < 0.6:
                upheld = rng.random() < 0.5
                place.redress.decide(
                    OFFICER, complaint.id, upheld, Reason.WRONG_ACCOUNT if upheld else Reason.OUT_OF_TIME
                )
        if rng.random() < 0.5:
            dispatcher.run_due()
    for service_id, name in list(rig._batches):
        rig.close({s.id: s for s in (CHAT, MAIL, DRIVE)}[service_id], name)
    dispatcher.run_due()


@pytest.fixture
def lived_in(backend: str, settings_of_installation: Settings, opening: Opening, clock: SteppableClock) -> Any:
    with running(user="sandbox", password="sandbox") as sandbox:
        place = opening(cybertipline=replace(settings_of_installation.cybertipline, url=sandbox.base_url))
        lived(place, clock)
        yield place


class Sql:
    """Counts from the events table alone, in a language that both databases know."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._postgres = place.database.engine.dialect.name == "postgresql"
        self._fields = "{c}->>'{f}'" if self._postgres else "json_extract({c}, '$.{f}')"

    def f(self, alias: str, name: str) -> str:
        return self._fields.format(c=f"{alias}.data", f=name)

    def _of_row(self, name: str) -> str:
        return f"r.v->>'{name}'" if self._postgres else f"json_extract(r.value, '$.{name}')"

    def rows(self, query: str, **bound: object) -> list[Any]:
        with self._place.database.read() as connection:
            start, end = datetime(YEAR, 1, 1, tzinfo=UTC), datetime(YEAR + 1, 1, 1, tzinfo=UTC)
            times: dict[str, object] = {"start": start, "end": end}
            if not self._postgres:
                times = {k: v.strftime("%Y-%m-%d %H:%M:%S.%f") for k, v in (("start", start), ("end", end))}
            return list(connection.execute(text(query), {**times, **bound}))

    def value(self, query: str, **bound: object) -> int:
        return int(self.rows(query, **bound)[0][0] or 0)

    def tallied(self, kind: str, region: str, service: str | None) -> int:
        each = "jsonb_array_elements(e.data->'rows') AS r(v)" if self._postgres else "json_each(e.data, '$.rows') AS r"
        field = self._of_row
        technologies = "jsonb_array_length(r.v->'technologies')" if self._postgres else (
            "json_array_length(r.value, '$.technologies')"
        )  # fmt: skip
        services = f"{field('service')} = :service" if service else f"{field('service')} IN ('chat', 'mail')"
        bound = {"service": service} if service else {}
        return self.value(
            f"SELECT sum(CAST({field('items')} AS INTEGER)) FROM events e, {each} WHERE e.type = 'items.tallied' "  # noqa: S608
            f"AND substr({field('day')}, 1, 4) = '2025' AND {field('kind')} = :kind AND {field('region')} = :region "
            f"AND {technologies} > 0 AND {services}",
            kind=kind, region=region, **bound,
        )  # fmt: skip

    def flagged(self, where: str = "1=1", service: str | None = None, joins: str = "") -> int:
        services = (
            f"{self.f('i', 'service')} = :service" if service else f"{self.f('i', 'service')} IN ('chat', 'mail')"
        )
        bound = {"service": service} if service else {}
        return self.value(
            f"SELECT count(DISTINCT i.sequence) FROM events i {joins} WHERE i.type = 'item.flagged' "  # noqa: S608
            f"AND i.occurred_at >= :start AND i.occurred_at < :end AND {services} AND {where}",
            **bound,
        )

    @property
    def decisions(self) -> str:
        return f"JOIN events d ON d.type = 'item.decided' AND {self.f('d', 'item')} = {self.f('i', 'item')}"

    def reported(self, verdict: str, what: str, where: str) -> int:
        # What a report says is what its attempt said: what was ordered may have been judged anew before it was sent.
        items = (
            "jsonb_array_elements(o.data->'items') AS r(v)" if self._postgres else "json_each(o.data, '$.items') AS r"
        )
        field = self._of_row
        return self.value(
            f"SELECT count(DISTINCT {what}) FROM events f "  # noqa: S608
            f"JOIN events o ON o.type = 'referral.opened' AND {self.f('o', 'referral')} = {self.f('f', 'referral')} "
            f"AND {self.f('o', 'attempt')} = {self.f('f', 'attempt')}, "
            f"{items} JOIN events i ON i.type = 'item.flagged' AND {self.f('i', 'item')} = {field('item')} "
            f"WHERE f.type = 'referral.filed' AND f.occurred_at >= :start AND f.occurred_at < :end "
            f"AND {field('verdict')} = :verdict AND {self.f('i', 'service')} IN ('chat', 'mail') AND {where}",
            verdict=verdict,
        )


def ends(figure: Figure) -> tuple[int, int]:
    assert isinstance(figure.value, int)
    return figure.value, figure.at_most if figure.at_most is not None else figure.value


def counted_a_second_way(lived_in: Workplace) -> None:
    compiled, sql = lived_in.yearly_return(YEAR), Sql(lived_in)

    def figure(name: str) -> tuple[int, int]:
        return ends(compiled.figure(name))

    # Section 1
    for scope in (None, "chat", "mail"):
        at = f"@{scope}" if scope else ""
        unknown = sql.tallied("image", "unknown", scope)
        for region in ("eu", "non_eu"):
            sure = sql.tallied("image", region, scope)
            assert figure(f"1.images_{region}{at}") == (sure, sure + unknown)
    assert figure("1.images_eu")[0] > 0
    assert figure("1.images_eu")[1] > figure("1.images_eu")[0]
    # Section 4
    again = f"SELECT 1 FROM events s WHERE s.type = 'item.seen_again' AND {sql.f('s', 'item')} = {sql.f('i', 'item')}"  # noqa: S608
    eu, possible = (
        f"({sql.f('i', 'region')} IN {regions} OR EXISTS ({again} AND {sql.f('s', 'region')} IN {regions}))"
        for regions in ("('eu')", "('eu', 'unknown')")
    )
    for verdict in ("known", "new"):
        for key, what, more in (
            ("reports", "f.sequence", "1=1"),
            ("images", "i.sequence", f"{sql.f('i', 'kind')} = 'image'"),
            ("videos", "i.sequence", f"{sql.f('i', 'kind')} = 'video'"),
        ):
            assert figure(f"4.{verdict}.{key}") == (
                sql.reported(verdict, what, f"{eu} AND {more}"),
                sql.reported(verdict, what, f"{possible} AND {more}"),
            ), key
        sender = sql.f("i", "sender")
        assert figure(f"4.{verdict}.accounts_sending") == (
            sql.reported(verdict, sender, f"{sql.f('i', 'sender_region')} = 'eu'"),
            sql.reported(verdict, sender, f"{sql.f('i', 'sender_region')} IN ('eu', 'unknown')")
            + sql.reported(verdict, "i.sequence", f"{sender} IS NULL AND {sql.f('i', 'sender_region')} <> 'non_eu'"),
        )
    assert figure("4.known.reports")[0] > 0
    assert figure("4.new.images")[1] > 0
    # Section 5, items
    for verdict in ("known", "new"):
        joined = (
            f"FROM events o JOIN events d ON d.type = 'item.decided' AND {sql.f('d', 'item')} = {sql.f('o', 'item')} "
            f"JOIN events i ON i.type = 'item.flagged' AND {sql.f('i', 'item')} = {sql.f('o', 'item')} "
            f"AND {sql.f('i', 'service')} IN ('chat', 'mail') AND {sql.f('d', 'verdict')} = :verdict "
        )
        happened = "AND x.occurred_at >= :start AND x.occurred_at < :end WHERE o.type = 'action.ordered'"
        for key, type_ in (("actioned", "action.carried_out"), ("internal_complaints", "complaint.lodged")):
            channel = f"AND {sql.f('x', 'channel')} = 'internal' " if "complaint" in type_ else ""
            assert figure(f"5.{verdict}.items_{key}")[0] == sql.value(
                f"SELECT count(DISTINCT x.sequence) {joined} JOIN events x ON x.type = :type "
                f"AND {sql.f('x', 'action')} = {sql.f('o', 'action')} {channel}{happened}",
                verdict=verdict, type=type_,
            ), key  # fmt: skip
    assert figure("5.known.items_actioned")[0] > 0
    # Section 6
    for scope in (None, "chat", "mail"):
        at = f"@{scope}" if scope else ""
        assert figure(f"6.known.A1{at}")[0] == sql.flagged(service=scope)
        assert figure(f"6.known.C1{at}")[0] == sql.flagged(service=scope, joins=sql.decisions)
        wrong = f"{sql.f('d', 'verdict')} = 'not'"
        assert figure(f"6.known.B1{at}")[0] == sql.flagged(wrong, scope, sql.decisions)
        for technology in ("pdq", "sha256"):
            name = next(
                (f for f in compiled.figures if f.id.startswith(f"6.known.A1{at}~{technology}-")),
                None,
            )
            joins = (
                f"JOIN events t ON t.type = 'detection.recorded' AND {sql.f('t', 'item')} = {sql.f('i', 'item')} "
                f"AND {sql.f('t', 'technology')} = '{technology}'"
            )
            assert (ends(name)[0] if name else 0) == sql.flagged(service=scope, joins=joins)
    assert any(f.id.startswith("6.known.A1~pdq-") for f in compiled.figures)
    assert figure("6.known.B1")[0] > 0


def counting(figure: Figure) -> Callable[[list[Event]], int] | None:
    """Return how the value of a figure is counted from its events alone, where that is simple."""
    key = figure.key
    simple: dict[str, type[Payload]] = {"A": ItemFlagged, "B": ItemDecided, "C": ItemDecided}
    if figure.section == 6 and key[0] in simple:
        return lambda events: sum(isinstance(e.payload, simple[key[0]]) for e in events)
    if figure.section == 5 and key.endswith(("_actioned", "_complaints", "_restored")):
        # Of accounts each counts once, however often it was acted on.
        return None if key.startswith("accounts_") and not key.endswith("_complaints") else len
    if figure.section == 4 and key == "reports":
        return lambda events: sum(isinstance(e.payload, ReferralFiled) for e in events)
    if figure.section == 4 and key == "images":
        return lambda events: sum(isinstance(e.payload, ItemFlagged) for e in events)
    if figure.section == 4 and key == "accounts_sending" and figure.participants is None:
        return _senders
    return None


def _senders(events: list[Event]) -> int:
    senders = [e.payload.sender for e in events if isinstance(e.payload, ItemFlagged)]
    return len({s for s in senders if s is not None}) + senders.count(None)


def every_figure_opens_to_its_events(lived_in: Workplace) -> None:
    compiled = lived_in.yearly_return(YEAR)
    checked = 0
    with lived_in.transactions.reading() as log:
        counted = [payload.TYPE for payload in (*OF_CASES, *OF_BATCHES, *OF_RECORDS, *OF_SETTINGS)]
        assert compiled.up_to == max(e.sequence for e in log.read(types=counted))
        assert max(number for figure in compiled.figures for number in figure.events) <= compiled.up_to
        for figure in compiled.figures:
            events = log.by_sequence(figure.events)
            assert [e.sequence for e in events] == list(figure.events)
            count = counting(figure)
            if figure.status is Status.VALUE and count is not None:
                checked += 1
                assert count(events) == ends(figure)[1], figure.id
    assert checked > 60


def counted_from_the_export(lived_in: Workplace, folder: Path) -> None:
    with lived_in.transactions.reading() as log:
        path = exported(log.read(), folder / "events.jsonl")
    for year in (YEAR, YEAR + 1):
        counted = second_way(path, whole_year(year), ["chat", "mail"])
        assert not different(numbers(lived_in.yearly_return(year).figures), counted)


def every_row_of_the_form_is_there(lived_in: Workplace) -> None:
    rows = form_rows()
    assert len(rows) == len({row.id for row in rows}) == 147
    for compiled in (lived_in.yearly_return(YEAR), lived_in.yearly_return(2023)):
        by_row: dict[str, list[Figure]] = {}
        for figure in compiled.figures:
            by_row.setdefault(figure.id.partition("@")[0].partition("~")[0], []).append(figure)
        assert list(by_row) == [row.id for row in rows]
        assert len({f.id for f in compiled.figures}) == len(compiled.figures)
        for figures in by_row.values():
            assert figures[0].service is None


def test_a_year(lived_in: Workplace, tmp_path: Path) -> None:
    """The checks above, on one year that is made once for each database."""
    counted_a_second_way(lived_in)
    counted_from_the_export(lived_in, tmp_path)
    every_figure_opens_to_its_events(lived_in)
    every_row_of_the_form_is_there(lived_in)
    services_out_of_scope_do_not_enter(lived_in)


def test_the_form_is_that_of_the_regulation(reference: Any) -> None:
    """The rows are those of the reconstruction beside the checkout."""
    import csv

    with (reference / "standard-form-2024-2916.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(form_rows())
    assert [(r["section"], r["key"]) for r in rows] == [(str(r.section), r.key) for r in form_rows()]


def compiled_empty(place: Workplace, *services: Service, year: int = YEAR) -> YearlyReturn:
    for service in services:
        place.register_service(service)
    return place.yearly_return(year)


def test_an_empty_year_has_zeros_and_no_rates(place: Workplace) -> None:
    compiled = compiled_empty(place, CHAT)
    assert ends(compiled.figure("1.images_eu")) == (0, 0)
    assert ends(compiled.figure("6.known.A1")) == (0, 0)
    rate = compiled.figure("6.known.error_rate")
    assert (rate.status, rate.value, rate.rate) == (Status.NOT_APPLICABLE, None, None)
    assert compiled.figure("1.content_processed").value == "no"
    assert all(f.reason for f in compiled.figures if f.status is not Status.VALUE)
    assert not any(f.rate for f in compiled.figures)


def test_nothing_in_scope_is_said(place: Workplace) -> None:
    compiled = compiled_empty(place, DRIVE)
    assert any("nothing is in scope" in caveat for caveat in compiled.caveats)
    assert compiled.services == ()


def services_out_of_scope_do_not_enter(lived_in: Workplace) -> None:
    compiled = lived_in.yearly_return(YEAR)
    assert [s.id for s in compiled.services] == ["chat", "mail"]
    assert not any("drive" in f.id or "Drive" in str(f.value) for f in compiled.figures)
    with lived_in.transactions.reading() as log:
        drive = {e.sequence for e in log.read() if isinstance(e.payload, ItemFlagged) and e.payload.service == "drive"}
    assert drive
    assert not any(drive & set(f.events) for f in compiled.figures)


def test_undecided_has_no_rate(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    one = rig.take("1", picture(0))
    assert place.yearly_return(YEAR).figure("6.known.error_rate").status is Status.UNKNOWN
    assert one.case is not None
    assert one.item is not None
    rig.decide(one.case, one.item, "not")
    figure = place.yearly_return(YEAR).figure("6.known.error_rate")
    assert figure.value == 100
    assert figure.rate is not None
    assert (figure.rate.numerator, figure.rate.denominator, figure.rate.high) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("moment", "year"),
    [
        ("2024-12-31T23:59:59.999999Z", 2024),
        ("2025-01-01T00:00:00Z", 2025),
        ("2025-12-31T23:59:59.999999Z", 2025),
        ("2026-01-01T00:00:00Z", 2026),
        ("2026-01-01T00:30:00+01:00", 2025),
    ],
)
def test_the_year_ends_at_midnight_utc(place: Workplace, clock: SteppableClock, moment: str, year: int) -> None:
    clock.set(moment)
    rig = Rig(place, clock)
    one = rig.take("1", picture(0), Provenance(party("a", "SE")))
    rig.take("2", picture(90), Provenance(party("a", "SE")))
    clock.set("2026-02-01T00:00:00Z")  # the batch is closed in the next year
    rig.close()
    for other in (2024, 2025, 2026):
        compiled = place.yearly_return(other)
        assert ends(compiled.figure("1.images_eu"))[0] == (2 if other == year else 0)
        assert ends(compiled.figure("6.known.A1"))[0] == (1 if other == year else 0)
    assert one.case is not None


def test_unknown_regions_make_intervals(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    for n, country in enumerate(["SE", None, "US"]):
        one = rig.take(str(n), picture(0), Provenance(party(f"a{n}", country), (party("r", "US"),)))
        assert one.case is not None
        assert one.item is not None
        rig.decide(one.case, one.item, "known")
        for action in rig.actions(one.case):
            rig.confirm(action)
            rig.complain(action)
    for _, complaint in CaseReader(place.database).open_complaints():
        place.redress.decide(OFFICER, complaint.id, upheld=True, reason=Reason.WRONG_ACCOUNT)
    for reversal in CaseReader(place.database).actions(["reversal_ordered"]):
        rig.confirm(reversal.id)
    rig.close()
    compiled = place.yearly_return(YEAR)
    for name in (
        "1.images_eu", "1.images_non_eu", "5.known.accounts_actioned", "5.known.accounts_internal_complaints",
        "5.known.accounts_internal_restored",
    ):  # fmt: skip
        figure = compiled.figure(name)
        assert ends(figure) == (1, 2), name
        assert "unknown" in figure.note, name
    # Items are asked for without regard to region.
    assert ends(compiled.figure("5.known.items_actioned")) == (3, 3)


def test_accounts_of_two_years_are_bounds_and_no_count(place: Workplace, clock: SteppableClock) -> None:
    """A pseudonym ends with its year: whether two of different years are one account cannot be told."""
    rig = Rig(place, clock)
    sent = Provenance(party("a", "SE"), (party("r", "DE"),))
    clock.set("2024-12-30T12:00:00Z")
    old = rig.take("1", picture(0), sent, batch="old")
    clock.set("2025-01-02T12:00:00Z")
    new = rig.take("2", picture(1), sent, batch="new")
    with running(user="sandbox", password="sandbox") as sandbox:
        target = replace(place.settings.cybertipline, url=sandbox.base_url)
        place.settings = replace(place.settings, cybertipline=target)
        for one in (old, new):
            rig.decide(str(one.case), str(one.item), "known")
        assert [d.result for d in place.dispatcher().run_due()] == ["filed", "filed"]
    compiled = place.yearly_return(YEAR)
    assert ends(compiled.figure("4.known.accounts_sending")) == (1, 2)
    assert ends(compiled.figure("4.known.accounts_receiving")) == (1, 2)
    assert ends(compiled.figure("4.known.images")) == (2, 2)
    assert any("rehearsal" in caveat and "sandbox" in caveat for caveat in compiled.caveats)


def test_an_account_that_was_suspended_twice_is_one_account(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    for n in range(2):
        one = rig.take(str(n), picture(n), Provenance(party("a"), (party("r", "US"),)))
        rig.decide(str(one.case), str(one.item), "known")
        for action in rig.actions(str(one.case)):
            rig.confirm(action)
    compiled = place.yearly_return(YEAR)
    figure = compiled.figure("5.known.accounts_actioned")
    assert (ends(figure), len(figure.events)) == ((1, 1), 2)
    assert ends(compiled.figure("5.known.items_actioned")) == (2, 2)


def test_a_repeat_counts_for_whom_it_reached_and_never_as_an_item(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    rig.take("1", picture(0), Provenance(party("a", "US"), (party("r1", "US"),)))
    rig.take("2", picture(0), Provenance(party("a", "US"), (party("r2", "SE"),)))
    rig.close()
    compiled = place.yearly_return(YEAR)
    assert ends(compiled.figure("6.known.A1")) == (1, 1)
    assert ends(compiled.figure("1.images_eu")) == (1, 1)
    assert ends(compiled.figure("1.images_non_eu")) == (1, 1)


@pytest.mark.parametrize(("year", "told"), [(2025, None), (2026, "2026/1881"), (2024, "2024/1307"), (2030, "none")])
def test_a_year_that_no_one_regime_covers(place: Workplace, year: int, told: str | None) -> None:
    caveats = " ".join(compiled_empty(place, CHAT, year=year).caveats)
    assert (told is None) == ("Not one regime" not in caveats)
    assert told is None or told in caveats


def test_open_batches_are_said(place: Workplace, clock: SteppableClock) -> None:
    rig = Rig(place, clock)
    rig.take("1", picture(90))
    assert any("1 batch is still open" in caveat for caveat in place.yearly_return(YEAR).caveats)
    rig.close()
    assert not any("open" in caveat for caveat in place.yearly_return(YEAR).caveats)


HOSTILE = "<script>alert('x')</script>\"&amp;</td><img src=x onerror=y>"


def test_hostile_names_stay_text(place: Workplace, clock: SteppableClock) -> None:
    place.register_service(replace(CHAT, name=HOSTILE))
    place.register_service(MAIL)
    payload = IntakeRefused(service=HOSTILE[:60], region="eu", day=clock.now.date(), reason=HOSTILE)
    with place.transactions.record() as log:
        log.append([NewEvent(payload, HOSTILE, clock.now, HOSTILE)])
    compiled = place.yearly_return(YEAR)
    with place.transactions.reading() as log:
        events = list(log.read())
    figure = compiled.figure("1.service@chat")
    assert figure.value == HOSTILE
    for document in (
        page(HOSTILE, return_body(compiled, lambda figure_id: f"figures/{figure_id}")),
        page(HOSTILE, figure_body(compiled, figure, events, "../return.html")),
    ):
        assert "<script>" not in document
        assert "<img" not in document
        assert "&lt;script&gt;" in document
    assert {"id": "chat", "name": HOSTILE, "type": CHAT.type.value} in as_json(compiled)["services"]


def test_an_item_that_is_opened_again_counts_as_undecided_and_lawful_here_is_no_error(
    place: Workplace, clock: SteppableClock
) -> None:
    rig = Rig(place, clock)
    case = rig.confirmed()
    (item,) = CaseReader(place.database).one(case).items
    assert place.yearly_return(YEAR).figure("6.known.C1").value == 1
    place.desk.reopen(SENIOR, case, [item.id], "new_facts", None)
    assert place.yearly_return(YEAR).figure("6.known.C1").value == 0
    rig.look(case, item.id, SENIOR)
    place.desk.decide(SENIOR, case, item.id, "not", ground="lawful_here")
    compiled = place.yearly_return(YEAR)
    assert (compiled.figure("6.known.B1").value, compiled.figure("6.known.C1").value) == (0, 1)
    assert "lawful here" in compiled.figure("6.known.B1").note
