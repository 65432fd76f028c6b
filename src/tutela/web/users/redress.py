"""The page behind the link in a notice: what was done, the user's rights, and a form to complain by.

The link is the key: whoever has it may see this page. There is no session and no cookie, so that no other site can act
for the user without knowing the link; a form that another site sends is refused all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, get_args

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import RedirectResponse, Response

from tutela.casework.case import NotPossible
from tutela.casework.links import BadLink, EndedLink, Link
from tutela.casework.notice_texts import Section, Wording, answer_of, languages, remedies_of, result_of, wording
from tutela.casework.redress import DecidedAlready
from tutela.casework.redress_records import MAX_WORDS
from tutela.events.catalogue.redress import Claim
from tutela.storage.redress.redress_reader import AccessLine, ComplaintLine
from tutela.web.console.pages import page
from tutela.web.current import Running, Server, address_of
from tutela.web.security import require_own_site

router = APIRouter()
USER = "user:link"
"""Who stands in the record for what came through a link; no person's name has a colon."""
CLAIMS: tuple[Claim, ...] = get_args(Claim)
_HIDDEN = {"X-Robots-Tag": "noindex, nofollow"}
Language = Annotated[str, Query(max_length=16)]


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the page shows of one link."""

    link: Link
    complaint: ComplaintLine | None
    access: AccessLine | None
    undone: bool
    suspended: bool


@router.get("/redress/{token}")
def show(request: Request, server: Server, token: str, language: Language = "") -> Response:
    """Show the page of a link."""
    say = _wording(request, server, language)
    try:
        link = server.place.notices.opened(token)
    except (BadLink, EndedLink) as error:
        return _no_link(request, server, say, error)
    return _page(request, server, token, link, say)


@router.post("/redress/{token}", dependencies=[Depends(require_own_site)])
def send(
    request: Request,
    server: Server,
    token: str,
    language: Language = "",
    what: Annotated[str, Form(max_length=16)] = "complaint",
    claim: Annotated[str, Form(max_length=32)] = "",
    words: Annotated[str, Form(max_length=50_000)] = "",
) -> Response:
    """Lodge a complaint, or ask for the data of the account, and show what came of it."""
    say = _wording(request, server, language)
    try:
        link = server.place.notices.opened(token)
    except (BadLink, EndedLink) as error:
        return _no_link(request, server, say, error)
    if not server.rates.allows("link", link.id):
        return _page(request, server, token, link, say, status=429, refused=say("page.slow"), words=words, claim=claim)
    if len(words.strip()) > MAX_WORDS:
        return _page(
            request, server, token, link, say, status=422, refused=say("page.too_long"), words=words, claim=claim
        )
    try:
        if what == "access":
            server.place.notices.request_access(USER, link.action, via="link", words=words)
        else:
            chosen = claim if claim in CLAIMS else None
            server.place.redress.lodge(USER, link.action, via="link", claim=chosen, words=words)
    except DecidedAlready:
        left = " ".join(remedies_of(server.place.settings.redress, say))
        return _page(request, server, token, link, say, status=409, refused=say("page.once", remedies=left))
    except NotPossible:
        # What it says names states and numbers that are the staff's.
        return _page(request, server, token, link, say, status=409, refused=say("page.not_possible"))
    return RedirectResponse(f"/redress/{token}?language={say.language}", status_code=303, headers=_HIDDEN)


def _page(
    request: Request,
    server: Running,
    token: str,
    link: Link,
    say: Wording,
    *,
    status: int = 200,
    refused: str = "",
    words: str = "",
    claim: str = "",
) -> Response:
    policy, place = server.place.settings.redress, server.place
    seen = _seen(server, link)
    notice = place.notice_text(place.notices.of_action(link.action), say.language)
    contact = [s for s in notice.sections if s.heading == say("heading.contact")]
    own = [s for s in notice.sections if not s.steps and s not in contact]
    decided: list[Section] = []
    if seen.complaint is not None and seen.complaint.upheld is not None:
        facts = place.notice_source("complaint_decided", seen.complaint.id, link.action)
        if facts.complaint is not None:
            decided = result_of(facts.complaint, facts.action, say)
    answered: list[Section] = []
    if seen.access is not None and seen.access.outcome is not None:
        told = place.notice_source("access_answered", seen.access.id, link.action)
        answered = answer_of(told.access, say) if told.access is not None else []
    return _render(
        request,
        server,
        say,
        status,
        state="open",
        title=notice.title,
        sections=own,
        contact=contact,
        remedies=remedies_of(policy, say),
        path=f"/redress/{token}",
        complaint=seen.complaint,
        complaint_until=say.date(seen.complaint.lodged_at + policy.time_to_decide) if seen.complaint else "",
        decided=decided,
        may_complain=seen.complaint is None and not seen.undone,
        access=seen.access,
        access_until=say.date(seen.access.requested_at + policy.time_for_access) if seen.access else "",
        answered=answered,
        may_ask=seen.suspended and not seen.undone and (seen.access is None or seen.access.outcome is not None),
        until=say.date(link.expires_at),
        rights=[step for section in notice.sections for step in section.steps],
        claims=[(c, say(f"claim.{c}")) for c in CLAIMS],
        claim=claim,
        words=words,
        refused=refused,
    )


def _seen(server: Running, link: Link) -> _Seen:
    reader = server.place.redress_reader
    mine = [c for c in reader.of_action(link.action) if c.channel == "internal"]
    asked = reader.access_of_action(link.action)
    action = server.cases.action(link.action)
    return _Seen(
        link=link,
        complaint=mine[-1] if mine else None,
        access=asked[-1] if asked else None,
        undone=action.state != "carried_out",
        suspended=action.kind == "suspend_account",
    )


def _no_link(request: Request, server: Running, say: Wording, error: BadLink | EndedLink) -> Response:
    policy = server.place.settings.redress
    ended = isinstance(error, EndedLink)
    if not ended and not server.rates.allows("link_address", address_of(request)):
        return _render(request, server, say, 429, state="none", title=say("page.unknown"), hint=say("page.slow"))
    hint = (
        say("page.ended_hint", date=say.date(error.expired_at))
        if isinstance(error, EndedLink)
        else say("page.unknown_hint", service=say("page.our_service"))
    )
    title = say("page.ended") if ended else say("page.unknown")
    contact = policy.said("contact", say.language)
    remedies = [*([say("rights.contact", contact=contact)] if contact else []), *remedies_of(policy, say)]
    return _render(request, server, say, 410 if ended else 404, state="none", title=title, hint=hint, remedies=remedies)


def _render(
    request: Request,
    server: Running,
    say: Wording,
    status: int,
    *,
    state: Literal["open", "none"],
    title: str,
    **values: object,
) -> Response:
    reporter = server.place.settings.reporter
    provider = say("page.provider", organisation=reporter.organisation) if reporter else say("page.provider_unnamed")
    # Without a link there is nothing to choose a language for but this page.
    here = request.url.path if state == "open" else ""
    answer = page(
        request,
        "redress.html",
        None,
        status=status,
        state=state,
        say=say,
        language=say.language,
        other_languages=[(one, wording(one).name) for one in languages() if one != say.language],
        here=here,
        title=title,
        provider=provider,
        **{"hint": "", "remedies": [], **values},
    )
    answer.headers.update(_HIDDEN)
    return answer


def _wording(request: Request, server: Running, language: str) -> Wording:
    """Return the language that was asked for, or that the browser prefers, or the configured one."""
    there = languages()
    preferred = [
        p.split(";")[0].strip().split("-")[0].lower()
        for p in request.headers.get("accept-language", "")[:200].split(",")
    ]
    wanted = [language, *preferred, server.place.settings.redress.language]
    return wording(next(one for one in wanted if one in there))
