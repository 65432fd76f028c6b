"""The desk of notices: issuing, handing over, links, deferrals, and access to data after a suspension."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tutela.access.roles import Permission, Person
from tutela.casework import links, notices
from tutela.casework.case import NotPossible
from tutela.casework.evidence import EvidenceVault
from tutela.casework.links import BadLink, Link, LinkKey
from tutela.casework.notices import Notice
from tutela.casework.redress_desk import checked
from tutela.casework.redress_policy import RedressPolicy
from tutela.casework.redress_ports import RedressTransactions, RedressUnit
from tutela.casework.redress_records import AuthorityRequest, Words, paper_name, words_name
from tutela.events.catalogue.notices import AccessOutcome, Authority
from tutela.events.catalogue.redress import Via
from tutela.events.envelope import Clock, NewEvent
from tutela.events.obstacles import Obstacle

AT_ONCE = 100
"""How many notices one transaction issues."""


class NoNotice(Obstacle, LookupError):
    """There is nothing to tell, or nothing may be told yet; the message says which."""


@dataclass(frozen=True, slots=True)
class NoticeDesk:
    """Where notices are issued and handed over."""

    transactions: RedressTransactions
    vault: EvidenceVault
    policy: RedressPolicy
    key: LinkKey
    clock: Clock

    def issue_due(self) -> bool:
        """End the deferrals whose time is over and issue what is due; return whether more may be due."""
        now = self.clock()
        with self.transactions.redress() as unit:
            unit.lock("notices")
            for deferral in unit.deferrals_over(now, AT_ONCE):
                unit.append(notices.expire(deferral, now=now))
            due = unit.due_notices(AT_ONCE)
            for notice in due:
                self._issue(unit, notice, now)
        return len(due) == AT_ONCE

    def hand_over(self, actor: str, about: str, language: str) -> Notice:
        """Record that the platform takes a notice in a language, issued now if it was due, and return it.

        Raises NoNotice where there is nothing to tell, or an authority asked that nothing be told yet.
        """
        now = self.clock()
        with self.transactions.redress() as unit:
            notice = self._issued(unit, about, now)
            unit.append(notices.hand_over(notice, language, actor=actor, now=now))
            return notice

    def token(self, notice: Notice) -> str | None:
        """Return the token of the link in a notice, if one stands."""
        if notice.link is None or notice.link_expires_at is None:
            return None
        return links.token_of(Link(notice.link, notice.case, notice.action, notice.link_expires_at), self.key.links())

    def opened(self, token: str) -> Link:
        """Return the link of a token. Raises BadLink for one that is not ours or was replaced, EndedLink."""
        with self.transactions.redress() as unit:
            link = unit.link(links.id_in(token))
            if link is None:
                raise BadLink("this is no link of ours, or it was replaced by another")
            links.check(token, link, self.key.links(), self.clock())
            return link

    def of_action(self, action_id: str) -> Notice:
        """Return the notice of an action as it stands; raises NoNotice."""
        with self.transactions.redress() as unit:
            notice = unit.notice(action_id)
        if notice is None:
            raise NoNotice("there is nothing to tell of the action %(action)s", action=action_id)
        return notice

    def renew_link(self, person: Person, about: str) -> None:
        """Replace the link in a notice. Raises NotAllowed, NoNotice, NotPossible."""
        person.require(Permission.ENTER_COMPLAINT)
        now = self.clock()
        with self.transactions.redress() as unit:
            notice = self._issued(unit, about, now)
            unit.append([notices.renew_link(notice, self.policy.link_lasts, person=person.id, now=now)])

    def revoke_link(self, person: Person, about: str) -> None:
        """End the link in a notice. Raises NotAllowed, NoNotice, NotPossible."""
        person.require(Permission.ENTER_COMPLAINT)
        now = self.clock()
        with self.transactions.redress() as unit:
            notice = self._issued(unit, about, now)
            unit.append(notices.revoke_link(notice, person=person.id, now=now))

    def defer(
        self,
        person: Person,
        case_id: str,
        authority: Authority,
        request: AuthorityRequest,
        ends: datetime,
        begins: datetime | None = None,
    ) -> str:
        """Keep the notices of a case back on the request of an authority, and return the deferral's id.

        Raises NotAllowed, NoSuchCase, NotPossible.
        """
        with self.transactions.redress() as unit:
            return self._defer(unit, person, case_id, authority, request, ends, begins)

    def defer_all(
        self,
        unit: RedressUnit,
        person: Person,
        cases: Sequence[str],
        authority: Authority,
        request: AuthorityRequest,
        ends: datetime,
    ) -> tuple[list[str], list[str]]:
        """Keep the notices of cases back in a transaction; return those kept back, and those whose user knows.

        A deferral that ends sooner is replaced, one that ends later stays. Raises as `defer` does.
        """
        person.require(Permission.DEFER_NOTICE)
        deferred, told = [], []
        for case_id in sorted(cases):
            unit.case(case_id, lock=True)
            unit.lock("notices")
            if unit.told(case_id):
                told.append(case_id)
                continue
            deferred.append(case_id)
            standing = unit.standing_deferral(case_id)
            if standing is not None and standing.ends >= ends:
                continue
            if standing is not None:
                unit.append([notices.lift(standing, person=person.id, now=self.clock())])
            self._defer(unit, person, case_id, authority, request, ends)
        return deferred, told

    def _defer(
        self,
        unit: RedressUnit,
        person: Person,
        case_id: str,
        authority: Authority,
        request: AuthorityRequest,
        ends: datetime,
        begins: datetime | None = None,
    ) -> str:
        person.require(Permission.DEFER_NOTICE)
        if not request.authority.strip() or not request.reference.strip():
            raise NotPossible("name the authority, and the reference of the document in which it asks")
        checked(request.text)
        now = self.clock()
        unit.case(case_id, lock=True)
        unit.lock("notices")
        event = notices.defer(
            case_id,
            authority,
            begins or now,
            ends,
            standing=unit.standing_deferral(case_id),
            longest=self.policy.longest_deferral,
            issued=unit.told(case_id),
            person=person.id,
            now=now,
        )
        self.vault.put(case_id, paper_name(event.id), request.model_dump_json().encode())
        return str(unit.append([event])[0].payload.model_dump()["deferral"])

    def lift(self, person: Person, deferral_id: str) -> None:
        """End a deferral before its time; the notices are due at once. Raises NotAllowed, LookupError, NotPossible."""
        person.require(Permission.DEFER_NOTICE)
        with self.transactions.redress() as unit:
            unit.lock("notices")
            unit.append([notices.lift(unit.deferral(deferral_id), person=person.id, now=self.clock())])
        self.issue_due()

    def request_access(self, actor: str, action_id: str, *, via: Via = "platform", words: str = "") -> str:
        """Record that the user of a suspended account asks for their data; return the request's id.

        Raises LookupError, NotPossible.
        """
        text = checked(words)
        with self.transactions.redress() as unit:
            action = unit.action(action_id, lock=True)
            waiting = unit.access_waits(action_id)
            event = notices.request_access(
                action, waiting=waiting, via=via, words=bool(text), actor=actor, now=self.clock()
            )
            self._keep(event, text)
            return str(unit.append([event])[0].payload.model_dump()["request"])

    def answer_access(self, person: Person, request_id: str, outcome: AccessOutcome, answer: str = "") -> None:
        """Record what staff answered. Raises NotAllowed, LookupError, NotPossible."""
        person.require(Permission.DECIDE_COMPLAINT)
        text = checked(answer)
        with self.transactions.redress() as unit:
            request = unit.access_request(request_id)
            event = notices.answer_access(request, outcome, answer=bool(text), person=person.id, now=self.clock())
            self._keep(event, text)
            unit.append([event])

    def _issued(self, unit: RedressUnit, about: str, now: datetime) -> Notice:
        notice = unit.notice(about)
        if notice is None:
            raise NoNotice("there is nothing to tell the user of: the platform confirmed nothing, or nobody decided")
        if notice.issued_at is not None:
            return notice
        deferral = unit.standing_deferral(notice.case)
        if deferral is not None and now < deferral.ends:
            raise NoNotice(
                "an authority asked that the user be told nothing until %(ends)s UTC",
                ends=f"{deferral.ends:%Y-%m-%d %H:%M}",
            )
        if deferral is not None:
            unit.append(notices.expire(deferral, now=now))
        self._issue(unit, notice, now)
        issued = unit.notice(about)
        assert issued is not None  # noqa: S101 - it was there a line above
        return issued

    def _issue(self, unit: RedressUnit, notice: Notice, now: datetime) -> None:
        unit.append(notices.issue(notice, self.policy.language, self.policy.link_lasts, now=now))

    def _keep(self, event: NewEvent, text: str) -> None:
        if text:
            record = Words(at=event.occurred_at, text=text)
            self.vault.put(event.subject, words_name(event.id), record.model_dump_json().encode())
