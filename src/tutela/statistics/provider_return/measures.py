"""What was done against errors, from the events of training, second review, golden items, entries and feedback.

Training and second reviews are of people, who work for every service; what recipients said is of services in scope.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from tutela.statistics.figure import Figure
from tutela.statistics.provider_return.cells import cell
from tutela.statistics.provider_return.ledger import Chosen, Ledger
from tutela.statistics.provider_return.light import Days, LightEvent
from tutela.statistics.provider_return.marks import CaseClass, FeedbackMark, MeasureMark
from tutela.statistics.provider_return.telling import Told, _, joined

_CLASSES: tuple[CaseClass, ...] = ("known", "new", "solicitation")
_LAW_ENFORCEMENT = frozenset({"national_contact_point"})
"""Recipients of whom the form asks apart from NCMEC and other organisations."""
_SAID = {
    "actionable": _("enough to investigate"),
    "informational": _("too little to investigate"),
    "not_illegal_there": _("not illegal there"),
    "duplicate": _("known already"),
}
_FROM_RECORD = _("counted from the record")
_OF_ALL = _("counted from the record; people work for all services")


def measure_marks(events: Iterable[tuple[str, LightEvent]], days: Days) -> Iterator[tuple[int, MeasureMark]]:
    """Yield the number and the mark of each event that says what was done in some days.

    The events come with their subjects, in the order of their sequence, and from their beginning: a second review is
    decided after it was drawn, a training withdrawn after it was recorded.
    """
    layers: dict[str, str] = {}
    trainings: dict[str, LightEvent] = {}
    for _subject, event in events:
        data, within = event.data, event.at in days
        match event.type:
            case "training.recorded":
                trainings[data["training"]] = event
            case "training.withdrawn":
                trainings.pop(data["training"], None)
            case "second_review.drawn":
                layers[data["review"]] = data["layer"]
                if within:
                    yield event.sequence, MeasureMark("drawn", data["layer"])
            case "second_review.decided" if within and data["review"] in layers:
                what = "agreed" if data["agrees"] else "disagreed"
                yield event.sequence, MeasureMark(what, layers[data["review"]])  # type: ignore[arg-type]
            case "entry.verified" if within and data["active"]:
                yield event.sequence, MeasureMark("entry_verified", None)
            case "entry.suspended" if within:
                yield event.sequence, MeasureMark("entry_suspended", None)
            case "entry.found_wrong" if within:
                yield event.sequence, MeasureMark("entry_wrong", None)
    for event in trainings.values():
        data = event.data
        if data["valid_from"] < days.after and (data["valid_until"] or days.after) >= days.first:
            of = (data["person"], data["course"], *data["layers"])
            yield event.sequence, MeasureMark("training", None, of)


def measures(ledger: Ledger) -> Iterator[Figure]:
    """Yield what the record says of rows of section 7; a row of which it says nothing has no figure here."""
    yield from _entries(ledger)
    for case_class in _CLASSES:
        yield from _people(ledger, case_class)
        yield from _feedback(ledger, case_class)


def _people(ledger: Ledger, case_class: CaseClass) -> Iterator[Figure]:
    def is_training(mark: MeasureMark) -> bool:
        return mark.what == "training" and case_class in mark.of[2:]

    trained = ledger.choose(MeasureMark, is_training)
    if trained.count:
        marks = [mark for mark, _n in ledger.marks(MeasureMark) if is_training(mark)]
        text = _(
            "%(n)s people have a training for it on record that counted in the year (%(courses)s)",
            n=len({mark.of[0] for mark in marks}),
            courses=", ".join(sorted({mark.of[1] for mark in marks})),
        )
        yield cell(f"7.{case_class}.reviewer_training").value(text, ledger.events(trained), note=_OF_ALL)
    drawn, agreed, disagreed, golden = (
        _chosen(ledger, what, case_class) for what in ("drawn", "agreed", "disagreed", "golden")
    )
    decided = agreed.count + disagreed.count
    if drawn.count or decided or golden.count:
        text = joined(
            _("%(n)s decisions were drawn for a second person", n=drawn.count) if drawn.count else None,
            _(
                "of %(n)s that a second person decided, %(agreed)s agreed with the first",
                n=decided,
                agreed=agreed.count,
            )
            if decided
            else None,
            _("%(n)s items whose truth is known were decided by people who did not know it", n=golden.count)
            if golden.count
            else None,
        )
        events = ledger.events(drawn, agreed, disagreed, golden)
        yield cell(f"7.{case_class}.reviewer_quality_control").value(text, events, note=_OF_ALL)


def _entries(ledger: Ledger) -> Iterator[Figure]:
    verified, suspended, wrong = (
        _chosen(ledger, what, None) for what in ("entry_verified", "entry_suspended", "entry_wrong")
    )
    if verified.count:
        text = _(
            "%(n)s entries of own lists were verified by two people after a look, before they matched anything",
            n=verified.count,
        )
        yield cell("7.known.indicators_vetting").value(text, ledger.events(verified), note=_FROM_RECORD)
    if suspended.count or wrong.count:
        text = _(
            "%(suspended)s times an entry was suspended, and %(wrong)s times one was found wrong and all that rested "
            "on it was decided anew",
            suspended=suspended.count,
            wrong=wrong.count,
        )
        yield cell("7.known.indicators_quality").value(text, ledger.events(suspended, wrong), note=_FROM_RECORD)


def _feedback(ledger: Ledger, case_class: CaseClass) -> Iterator[Figure]:
    for row, from_law_enforcement in (("feedback_organisations", False), ("feedback_law_enforcement", True)):

        def is_of(mark: FeedbackMark, law: bool = from_law_enforcement) -> bool:
            return (mark.recipient in _LAW_ENFORCEMENT) is law and case_class in dict(mark.items)

        chosen = ledger.choose(FeedbackMark, is_of)
        if chosen.count:
            said: dict[str, Counter[str]] = {}
            for mark, events in ledger.marks(FeedbackMark):
                if is_of(mark):
                    told = said.setdefault(mark.recipient, Counter())
                    told[mark.said] += dict(mark.items)[case_class] * events
            texts = [_said(recipient, told) for recipient, told in sorted(said.items())]
            note = _("counted from the record: the latest word on each item, as people entered it")
            yield cell(f"7.{case_class}.{row}").value(joined(*texts), ledger.events(chosen), note=note)


def _said(recipient: str, told: Counter[str]) -> Told:
    parts = joined(*(_("%(what)s of %(n)s items", what=_SAID[what], n=told[what]) for what in _SAID if told[what]))
    return _("%(recipient)s said: %(what)s", recipient=recipient, what=parts)


def _chosen(ledger: Ledger, what: str, layer: str | None) -> Chosen:
    return ledger.choose(MeasureMark, lambda mark: mark.what == what and mark.layer == layer)
