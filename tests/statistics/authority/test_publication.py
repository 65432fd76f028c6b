"""What is published: small counts are suppressed, and nobody can compute one from what is told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from tests.statistics.authority.registers import Scribe, day, registers
from tutela.events.catalogue import authority as said
from tutela.statistics.authority.disclosure.earlier import NoPublication, published
from tutela.statistics.authority.disclosure.publication import publication
from tutela.statistics.authority.publishing.folder import FORMATS, files_of
from tutela.statistics.authority.statement import Statement
from tutela.statistics.authority.submission import Submission, dataset, submission
from tutela.statistics.figure import Status
from tutela.statistics.small_counts import SmallCounts
from tutela.statistics.union.amount import Amount, at_least
from tutela.statistics.union.dataset_file import parsed
from tutela.statistics.union.findings.registry import findings
from tutela.statistics.union.observation import Missing, Reporter
from tutela.statistics.union.period import Period
from tutela.statistics.union.submissions.incoming import read
from tutela.statistics.union.sums.question import Question
from tutela.statistics.union.sums.total import total

MADE = datetime(2022, 3, 1, 9, 30, tzinfo=UTC)
YEAR = Period.of_year(2021)
RULE = SmallCounts()
SOME = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


def made(statements: Sequence[Statement], as_of: str = "2022-02-28") -> Submission:
    return submission(statements, "SE", YEAR, day(as_of), MADE)


def told(one: Submission) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files_of(one, "en", ["json"])["article8.json"])
    return loaded


def _some(annotation: object) -> st.SearchStrategy[str]:
    return st.sampled_from(get_args(annotation)[:3])


def write_people(draw: st.DrawFn, scribe: Scribe, at: str, known: str, start: int) -> None:
    """A few kinds of persons and reports, each so many times: breakdowns with large, small and empty parts."""
    number = start
    for _ in range(draw(st.integers(0, 5))):
        facts: dict[str, object] = {
            "gender": draw(_some(said.Gender)), "age": draw(_some(said.AgeBand)), "path": draw(_some(said.Path)),
            "setting": draw(_some(said.Setting)), "self_generated": draw(_some(said.SelfGenerated)),
        }  # fmt: skip
        for _ in range(draw(st.integers(1, 12))):
            number += 1
            scribe.victim(f"{number}", at, known, **facts)
    for _ in range(draw(st.integers(0, 4))):
        facts = {
            "setting": draw(_some(said.Setting)), "referral": draw(_some(said.Referral)),
            "finality": draw(_some(said.Finality)), "person": draw(st.sampled_from([None, "same", *"abcdef"])),
        }  # fmt: skip
        for _ in range(draw(st.integers(1, 12))):
            number += 1
            person = f"{number}" if facts["person"] in set("abcdef") else facts["person"]
            scribe.convicted(f"{number}", at, None, known, **{**facts, "person": person})
    for _ in range(draw(st.integers(0, 4))):
        facts = {
            "source": draw(_some(said.ReportSource)), "provider_type": draw(_some(said.ProviderType)),
            "grade": draw(_some(said.Grade)), "object": draw(_some(said.ReportedObject)),
        }  # fmt: skip
        same = draw(st.booleans())
        for _ in range(draw(st.integers(1, 12))):
            number += 1
            scribe.report(f"{number}", at, known, number=f"{start}-0" if same else f"{number}", **facts)


@st.composite
def years(draw: st.DrawFn) -> Sequence[Statement]:
    scribe = Scribe()
    scribe.kept()
    write_people(draw, scribe, "2021-05-05", "2021-06-01", 0)
    return tuple(scribe.statements)


@st.composite
def years_told_twice(draw: st.DrawFn) -> Sequence[Statement]:
    """As it stood by the end of January, and what came in late."""
    scribe = Scribe()
    scribe.kept()
    write_people(draw, scribe, "2021-05-05", "2021-06-01", 0)
    write_people(draw, scribe, "2021-07-07", "2022-02-02", 1_000)
    return tuple(scribe.statements)


class Reader:
    """Somebody who has publications, read how figures are counted, and solves for what is hidden."""

    def __init__(self, *files: Mapping[str, Any]) -> None:
        self.known: dict[str, int] = {}
        self.hidden: list[str] = []
        self.equal: list[tuple[str, list[str]]] = []
        self.less: list[tuple[str, str]] = []
        for number, file in enumerate(files):
            self._read(f"{number}/", {f["id"]: f for f in file["figures"]})

    def _read(self, key: str, figures: Mapping[str, Mapping[str, Any]]) -> None:
        groups: dict[tuple[str, str], list[str]] = {}
        for name, one in figures.items():
            if one["status"] == "suppressed":
                self.hidden.append(key + name)
            else:
                self.known[key + name] = one["low"] or 0
            total, _, rest = name.partition(".")
            if rest:
                groups.setdefault((total, rest.partition(".")[0]), []).append(key + name)
        self.equal += [(key + total, parts) for (total, _), parts in groups.items()]
        self.equal.append((f"{key}reports", [f"{key}cases", f"{key}repeats"]))
        self.less += [
            (key + part, key + whole)
            for part, whole in (
                ("cases_repeated", "repeats"), ("reports_investigated", "reports"), ("persons", "convictions"),
                ("investigations_of_reports", "investigations"),
            )
        ]  # fmt: skip
        self.less += [(key + n, key + n.replace("cases.", "reports.")) for n in figures if n.startswith("cases.")]
        high = figures["persons"]["high"]
        if high is not None:
            self.known[f"{key}persons, at most"] = high
            self.less.append((f"{key}persons, at most", f"{key}convictions"))

    def ends(self, name: str) -> tuple[int, int]:
        names = [*self.known, *self.hidden]
        at = {one: number for number, one in enumerate(names)}
        most = 10_000
        low = [self.known.get(n, 1) for n in names]
        high = [self.known.get(n, most) for n in names]
        rows, least, highest = [], [], []
        for sum_, parts in self.equal:
            row = np.zeros(len(names))
            row[at[sum_]] = -1
            for part in parts:
                row[at[part]] += 1
            rows.append(row)
            least.append(0.0)
            highest.append(0.0)
        for part, whole in self.less:
            row = np.zeros(len(names))
            row[at[part]], row[at[whole]] = 1, -1
            rows.append(row)
            least.append(-np.inf)
            highest.append(0.0)
        found = []
        for sign in (1, -1):
            objective = np.zeros(len(names))
            objective[at[name]] = sign
            solved = milp(
                objective, integrality=np.ones(len(names)), bounds=Bounds(low, high),
                constraints=LinearConstraint(np.array(rows), least, highest),
            )  # fmt: skip
            assert solved.x is not None, solved.message
            found.append(round(solved.x[at[name]]))
        return found[0], found[1]


def values(one: Submission) -> dict[str, int]:
    return {f.id: f.low for f in one.figures}


@given(years() | registers())
@SOME
def test_nobody_can_compute_what_is_suppressed(statements: Sequence[Statement]) -> None:
    whole = made(statements)
    public = publication(whole, RULE)
    truth = values(whole)
    file = told(public)
    shown = {f["id"]: f for f in file["figures"]}
    for name, value in truth.items():
        if 0 < value < RULE.below:
            assert shown[name]["status"] == "suppressed"
        if value == 0:
            assert shown[name]["status"] != "suppressed"
        if shown[name]["status"] == "suppressed":
            assert shown[name]["low"] is shown[name]["high"] is None
        else:
            assert (shown[name]["low"] or 0) == value
    reader = Reader(file)
    for name in reader.hidden:
        least, most = reader.ends(name)
        value = truth[name.partition("/")[2]]
        assert least <= value <= most
        assert least < most
        if value < RULE.below:
            assert most >= RULE.below


@given(years_told_twice())
@SOME
def test_two_publications_together_give_nothing_away(statements: Sequence[Statement]) -> None:
    early, late = made(statements, "2022-01-31"), made(statements)
    first = publication(early, RULE)
    file = told(first)
    earlier = published(json.dumps(file).encode())
    second = publication(late, RULE, statements, [earlier])
    truths = values(early), values(late)
    reader = Reader(file, told(second))
    for name, value in truths[0].items():
        now = truths[1][name]
        if value == now:
            reader.equal.append((f"0/{name}", [f"1/{name}"]))
        elif {f"0/{name}", f"1/{name}"} <= reader.known.keys() and now:
            assert abs(now - value) >= RULE.below
    for name in reader.hidden:
        key, _, figure = name.partition("/")
        value = truths[int(key)][figure]
        least, most = reader.ends(name)
        # What was told as the same number before is no secret any more.
        assert least < most or (value >= RULE.below and reader.known.get(f"0/{figure}") == value)
        if value < RULE.below:
            assert most >= RULE.below


@given(years())
@SOME
def test_what_is_suppressed_makes_no_finding(statements: Sequence[Statement]) -> None:
    whole = made(statements)
    public = publication(whole, RULE)
    checks = [(f.check, f.severity) for f in findings(dataset(public))]
    for one in {f.check for f in findings(dataset(whole))}:
        checks = [found for found in checks if found[0] != one]
    assert checks == []


@pytest.fixture(scope="module")
def scribe() -> Scribe:
    """Ten girls, eight boys and one child of whom it is not stated; the last two alone are not online."""
    scribe = Scribe()
    scribe.kept()
    for number in range(19):
        gender = "female" if number < 10 else "male" if number < 18 else "not_stated"
        scribe.victim(f"{number}", "2021-05-05", gender=gender, setting="offline" if number > 16 else "online")
    for number in range(30):
        scribe.report(f"{number}", "2021-03-03", number=str(number))
    return scribe


def statuses(one: Submission, start: str) -> dict[str, str]:
    return {f.id.removeprefix(start): f.status.value for f in one.figures if f.id.startswith(start) and f.low + f.high}


def suppressed(one: Submission) -> set[str]:
    return {f.id for f in one.figures if f.status is Status.SUPPRESSED}


def test_the_smallest_neighbour_hides_a_small_count(scribe: Scribe) -> None:
    public = publication(made(scribe.statements), RULE)
    assert suppressed(public) == {
        "victims.gender.male", "victims.gender.not_stated", "victims.setting.online", "victims.setting.offline",
    }  # fmt: skip
    assert publication(made(scribe.statements), SmallCounts(2)).figures != public.figures
    assert suppressed(publication(made(scribe.statements[:-30]), SmallCounts(2, "a policy"))) == {
        "victims.gender.male", "victims.gender.not_stated",
    }  # fmt: skip


@pytest.mark.parametrize("language", ["en", "sv"])
def test_every_form_suppresses_the_same(scribe: Scribe, language: str) -> None:
    public = publication(made(scribe.statements), RULE)
    files = files_of(public, language, FORMATS)
    word = {"en": "suppressed", "sv": "undertryckt"}[language]
    assert files["victims.csv"].decode().count(f",{word},") == 4
    assert files["observations.csv"].decode().count(",suppressed,at_least,1,,1,") == 4
    sdmx = [line.split(",") for line in files["observations.sdmx.csv"].decode().splitlines()]
    status = sdmx[0].index("OBS_STATUS")
    assert sum(line[status] == "Q" and line[status - 1] == "" for line in sdmx) == 4
    file = json.loads(files["article8.json"])
    assert (file["form"], file["small_counts"]) == ("publication", {"below": 5, "ground": RULE.ground})
    assert file["cohorts"] == []
    assert file["convictions_of_no_report"] is None
    assert {c["part"] for c in file["caveats"]} == {None}
    assert not any(character.isdigit() for c in file["caveats"] for character in c["text"])
    assert "cohorts.csv" not in files
    kept = made(scribe.statements)
    assert json.loads(files_of(kept, language, ["json"])["article8.json"])["form"] == "submission"


@pytest.mark.parametrize(
    ("name", "form"), [("dataset.json", "json"), ("observations.csv", "csv"), ("observations.sdmx.csv", "sdmx")]
)
def test_the_union_takes_a_publication_in(scribe: Scribe, name: str, form: str) -> None:
    public = publication(made(scribe.statements), RULE)
    content = files_of(public, "en", [form])[name]
    taken = read(name, content, kind="article8", reporter=Reporter("state", "SE"), period=YEAR)
    assert [(o.id, o.value) for o in taken.observations] == [(o.id, o.value) for o in dataset(public).observations]
    assert Missing(Status.SUPPRESSED, at_least(1)) in [o.value for o in taken.observations]


def test_a_revision_that_changes_little_is_not_published(scribe: Scribe) -> None:
    statements = list(scribe.statements)
    first = publication(made(statements), RULE)
    earlier = published(json.dumps(told(first)).encode())
    later = Scribe()
    later.statements = statements
    for number in range(100, 102):
        later.report(f"{number}", "2021-03-03", "2022-02-20", number=str(number))
    second = publication(made(later.statements), RULE, later.statements, [replace(earlier, as_of=day("2022-02-01"))])
    assert {"reports", "cases", "reports.source.ncmec"} <= suppressed(second)
    alone = publication(made(later.statements), RULE)
    assert "reports" not in suppressed(alone)


def test_what_is_no_earlier_publication_is_refused(scribe: Scribe) -> None:
    whole = made(scribe.statements)
    file = told(publication(whole, RULE))
    with pytest.raises(NoPublication, match="a submission"):
        published(json.dumps(told(whole)).encode())
    with pytest.raises(NoPublication, match=r"no article8\.json"):
        published(b"[1]")
    with pytest.raises(NoPublication, match="state"):
        published(json.dumps({**file, "state": 7}).encode())
    for change, why in (
        ({"state": "FI"}, "of FI"),
        ({"period": {"from": "2021-01-01", "to": "2021-06-30"}}, "the same period"),
        ({"as_of": "2022-03-01"}, "after"),
        ({"as_of": "2021-04-04"}, "not those of this register"),
    ):
        with pytest.raises(NoPublication, match=why):
            publication(whole, RULE, scribe.statements, [published(json.dumps({**file, **change}).encode())])
    given_away = publication(whole, SmallCounts(2))
    with pytest.raises(NoPublication, match="told earlier"):
        publication(whole, RULE, scribe.statements, [published(json.dumps(told(given_away)).encode())])


def test_the_rule_is_one_that_can_be_held() -> None:
    with pytest.raises(ValueError, match="from 2 to 100"):
        SmallCounts(1)
    with pytest.raises(ValueError, match="name the law"):
        SmallCounts(5, " ")


def test_a_data_set_with_ends_is_read_back_as_it_was(scribe: Scribe) -> None:
    data = dataset(publication(made(scribe.statements), RULE))
    content = files_of(publication(made(scribe.statements), RULE), "en", ["json"])["dataset.json"]
    assert parsed(content) == data
    broken = content.replace(b'"status": "suppressed"', b'"status": "unknown"', 1)
    with pytest.raises(Exception, match="suppressed alone"):
        parsed(broken)
    assert all(isinstance(o.bounds, Amount) for o in data.observations if o.status is Status.SUPPRESSED)


@given(years())
@SOME
def test_bounds_of_a_publication_hold_what_is_suppressed(statements: Sequence[Statement]) -> None:
    whole = made(statements)
    data = dataset(publication(whole, RULE))
    for figure in whole.figures:
        if figure.id.startswith(("victims", "convictions", "reports", "cases")) and "quashed" not in figure.id:
            share = next(
                s
                for s in total(data, Question(figure.measure, figure.unit, YEAR, by=figure.breakdown)).shares
                if s.code == "SE"
            )
            assert not share.contradictory
            assert share.amount.low <= figure.high
            assert share.amount.high is None or figure.low <= share.amount.high
