"""Section 5: actions that the platform confirmed in the year, complaints lodged in it, restorations confirmed in it.

The form asks for items without regard to region, and for accounts of EU users; accounts whose region is unknown make
the upper end of an interval. Average times are of accounts that are known to be of EU users.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

from tutela.casework.reasons import Channel
from tutela.statistics.figure import Figure, Status
from tutela.statistics.provider_return.cells import cell, rounded
from tutela.statistics.provider_return.counting import CLASSES
from tutela.statistics.provider_return.ledger import Ledger, Services
from tutela.statistics.provider_return.marks import ActionMark, ComplaintMark
from tutela.statistics.provider_return.selection import Selected
from tutela.statistics.provider_return.solicitation import NONE_RAN, in_operation
from tutela.statistics.provider_return.telling import NOTHING, Told, _, joined

_OBJECTS = {"items": "item", "accounts": "account"}
_CHANNELS: tuple[Channel, ...] = ("internal", "judicial")
_KEYS = ("complaints", "reasons", "restored", "average_time")
_HOUR = 3_600_000_000
_ONLY_UNKNOWN = _("complaints of the year are of accounts whose region is unknown alone")
_CLAIMS = {
    "not_such_material": _("it is not such material"),
    "lawful": _("it is lawful"),
    "not_me": _("the account is not theirs"),
    "taken_over": _("somebody else used the account"),
    "too_much": _("the action goes too far"),
    "other": _("something else"),
    None: _("not said"),
}


def complaints(ledger: Ledger, services: Services, service: str | None) -> list[Figure]:
    """Return the figures of section 5 for a service, or for all in scope."""
    wanted = {service} if service else set(services)
    figures: list[Figure] = []
    for case_class in CLASSES:
        for what, unit in _OBJECTS.items():
            figures += _Actions(ledger, wanted, service, case_class, unit, f"5.{case_class}.{what}").figures()
    if in_operation(ledger, wanted):
        return [
            *figures,
            *_Actions(ledger, wanted, service, "solicitation", "account", "5.solicitation.accounts").figures(),
        ]
    for row in ("actioned", *(f"{c}_{k}" for c in _CHANNELS for k in _KEYS)):
        figures.append(cell(f"5.solicitation.accounts_{row}", service).without(Status.NOT_APPLICABLE, NONE_RAN))
    return figures


@dataclass(frozen=True, slots=True)
class _Actions:
    """Removals of items or suspensions of accounts, of one class."""

    ledger: Ledger
    services: Collection[str]
    service: str | None
    case_class: str
    unit: str
    row: str

    @property
    def _sure(self) -> tuple[str, ...]:
        return ("eu",) if self.unit == "account" else ("eu", "non_eu", "unknown")

    @property
    def _possible(self) -> tuple[str, ...]:
        return (*self._sure, "unknown")

    def figures(self) -> list[Figure]:
        of_accounts = self.unit == "account"
        distinct = _("distinct accounts") if of_accounts else None
        confirmed = _("distinct accounts, confirmed by the platform") if of_accounts else _("confirmed by the platform")
        figures = [self._acted("actioned", "carried_out", None, confirmed)]
        for channel in _CHANNELS:
            figures += [
                self._lodged(channel),
                self._reasons(channel),
                self._acted(f"{channel}_restored", "reversed", channel, distinct),
                self._average(channel),
            ]
        return figures

    def _acted(self, key: str, what: str, channel: Channel | None, note: Told | None) -> Figure:
        def fits(mark: ActionMark, users: Collection[str]) -> bool:
            return (
                (mark.what, mark.unit, mark.case_class) == (what, self.unit, self.case_class)
                and mark.service in self.services
                and mark.users in users
                and (channel is None or channel in mark.upheld)
            )

        every = self.ledger.choose(ActionMark, lambda mark: fits(mark, self._possible))
        low = high = self.ledger.choose(ActionMark, lambda mark: fits(mark, self._sure)).count
        unknown = every.count - low
        if self.unit == "account":
            # One that was suspended twice is one account.
            of = "carried_out" if channel is None else f"restored {channel}"
            low, high = self.ledger.accounts(of, self.case_class, self.services, self._sure)
            unknown = self.ledger.accounts(of, self.case_class, self.services, self._possible)[1] - high
        return self._count(key, low, high + unknown, unknown, self.ledger.events(every), note)

    def _lodged(self, channel: Channel) -> Figure:
        every = self.ledger.choose(ComplaintMark, lambda mark: self._is_of(mark, channel, self._possible))
        low = self.ledger.choose(ComplaintMark, lambda mark: self._is_of(mark, channel, self._sure)).count
        return self._count(
            f"{channel}_complaints", low, every.count, every.count - low, self.ledger.events(every), None
        )

    def _count(self, key: str, low: int, high: int, unknown: int, events: Selected, note: Told | None) -> Figure:
        if unknown:
            note = joined(note, _("%(n)s more where the region of the account is unknown", n=unknown))
        return cell(f"{self.row}_{key}", self.service).value(low, events, at_most=high, note=note or NOTHING)

    def _is_of(self, mark: ComplaintMark, channel: Channel, users: Collection[str], what: str = "lodged") -> bool:
        return (
            (mark.what, mark.unit, mark.case_class, mark.channel) == (what, self.unit, self.case_class, channel)
            and mark.service in self.services
            and mark.users in users
        )

    def _reasons(self, channel: Channel) -> Figure:
        here = cell(f"{self.row}_{channel}_reasons", self.service)
        mine = self.ledger.choose(ComplaintMark, lambda mark: self._is_of(mark, channel, self._sure))
        if not mine.count and self._possibly(channel):
            return here.without(Status.UNKNOWN, _ONLY_UNKNOWN)
        if not mine.count:
            return here.without(Status.NOT_APPLICABLE, _("no complaint was lodged in the year"))
        if channel == "judicial":
            reason = _("what is pleaded before courts is kept encrypted with the case, and not coded")
            return here.without(Status.NOT_COLLECTED, reason)
        said: Counter[str | None] = Counter()
        for mark, count in self.ledger.marks(ComplaintMark):
            if self._is_of(mark, channel, self._sure):
                said[mark.claim] += count
        ordered = sorted(said.items(), key=lambda one: (-one[1], _CLAIMS[one[0]]))
        text = joined(*(_("%(claim)s: %(n)s", claim=_CLAIMS[claim], n=number) for claim, number in ordered))
        return here.value(text, self.ledger.events(mine), note=_("as users chose it from a list"))

    def _possibly(self, channel: Channel) -> int:
        return self.ledger.choose(ComplaintMark, lambda mark: self._is_of(mark, channel, self._possible)).count

    def _average(self, channel: Channel) -> Figure:
        here = cell(f"{self.row}_{channel}_average_time", self.service)
        lodged = self.ledger.choose(ComplaintMark, lambda mark: self._is_of(mark, channel, self._sure))
        decided = self.ledger.choose(
            ComplaintMark, lambda mark: self._is_of(mark, channel, self._sure) and mark.decided
        )
        if not lodged.count and self._possibly(channel):
            return here.without(Status.UNKNOWN, _ONLY_UNKNOWN)
        if not lodged.count:
            return here.without(Status.NOT_APPLICABLE, _("no complaint was lodged in the year"))
        if not decided.count:
            return here.without(Status.UNKNOWN, _("no complaint of the year is decided"))
        answers = self.ledger.choose(
            ComplaintMark, lambda mark: self._is_of(mark, channel, self._sure, what="answered")
        )
        took = sum(
            self.ledger.counted.waited[mark]
            for mark, _ in self.ledger.marks(ComplaintMark)
            if self._is_of(mark, channel, self._sure)
        )
        waiting = lodged.count - decided.count
        note = joined(_("hours"), _("%(n)s are not decided yet", n=waiting) if waiting else None)
        value = rounded(took, decided.count * _HOUR, 2)
        return here.value(value, self.ledger.events(decided, answers), note=note)
