"""The whole way of a case, walked by those whom it concerns: from a match to a certificate of erasure."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.commands import InProcess
from tests.databases import Postgres
from tests.rig import dump
from tests.web.browser import CHROMIUM, NO_CHROMIUM
from tests.web.scene import encoded, texture
from tests.web.walking import Walk, ids, look, shown, until, walking
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.settings import load_settings
from tutela.storage.workplace import Workplace

pytestmark = [pytest.mark.skipif(CHROMIUM is None, reason=NO_CHROMIUM), pytest.mark.timeout(300)]
LONG = os.environ.get("TUTELA_SOAK") == "1"
"""On PostgreSQL it is the same walk: a minute that the long runs have."""
LISTED = texture(7)
NEAR = encoded(LISTED.resize((240, 180)))
"""The listed texture at half its size: 14 bits from the entry."""
SAME = encoded(LISTED)
WORDS = "That is the wall behind our shop."
ANSWER = "You are right: it is a wall. We are sorry."
ENTRY = "/lists/trial-list/entries/1"


@pytest.mark.parametrize(
    "backend", ["sqlite", pytest.param("postgresql", marks=pytest.mark.soak)] if LONG else ["sqlite"]
)
def test_from_a_match_to_a_certificate(
    tmp_path: Path, backend: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = ""
    if backend == "postgresql":
        server: Postgres = request.getfixturevalue("postgres")
        url = server.migrated()
        request.addfinalizer(lambda: server.drop(url))
    folder = tmp_path / "data"
    with walking(folder, url, monkeypatch) as walk:
        cases = the_platform_sends(walk)
        a_reviewer_decides(walk, cases)
        reports = the_reports_are_filed(walk, cases)
        the_platform_acts(walk, cases)
        complaint = the_user_complains(walk, cases[0])
        an_officer_upholds_it(walk, cases[0], complaint, reports[0])
        the_entry_is_found_wrong(walk, cases)
        the_others_are_decided_anew(walk, cases[1:], reports)
        walk.go_home()
        certificate = the_evidence_goes(walk, cases)
        the_return_still_opens(walk, cases)
        walk.go_home()
    the_command_agrees(folder, tmp_path / "certificate.json", certificate)


def the_platform_sends(walk: Walk) -> list[str]:
    """Three accounts send what is listed, and somebody something else. Return the three cases."""
    walk.scene.list_picture(SAME)
    flagged = []
    for account, picture in (("anna", NEAR), ("bo", SAME), ("cem", SAME)):
        answer = walk.send(account, f"message-{account}", picture)
        assert answer["outcome"] == "match"
        assert [(m["list"], m["entry"]) for m in answer["matches"]] == [("trial-list", 1)]
        flagged.append(answer["case"])
        walk.scene.clock.step(minutes=1)
    other = walk.send("anna", "message-holiday", encoded(texture(8)))
    assert (other["outcome"], other["case"], other["item"]) == ("clean", None, None)
    assert len(set(flagged)) == 3
    return flagged


def a_reviewer_decides(walk: Walk, cases: list[str]) -> None:
    """By keyboard alone: reasons first, the picture only when it is asked for, sharp only while a key is held."""
    page = walk.at_browser("rita")
    expect(page.locator("[data-row]")).to_have_count(3)
    page.keyboard.press("n")
    for number, case in enumerate(cases, 1):
        page.wait_for_url(re.compile(rf"/cases/{case}(\?|$)"))
        expect(page.locator(".why").first).to_contain_text("trial-list 1")
        expect(page.locator(".why").first).to_contain_text("14 of 31" if number == 1 else "0 of 31")
        expect(page.get_by_text("The picture is veiled")).to_be_visible()
        assert page.locator("h3").all_inner_texts() == ["Why it matched", "The picture"]
        look(page)
        page.keyboard.press("1")
        page.keyboard.press("a")
        expect(page.locator("#chosen")).to_contain_text("Selected: known, A1.")
        page.keyboard.press("Enter")
        walk.scene.clock.step(minutes=2)
    page.wait_for_url("**/queue?after=*")
    expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
    assert [(e.actor, e.subject) for e in walk.events("evidence.viewed")] == [("rita", case) for case in cases]
    assert [(e.actor, e.subject) for e in walk.events("item.decided")] == [("rita", case) for case in cases]


def the_reports_are_filed(walk: Walk, cases: list[str]) -> list[str]:
    """The authority has one report of each case, which says what the record says. Return their numbers."""
    reports = until(lambda: len(found := walk.reports()) == 3 and found, "three finished reports")
    assert isinstance(reports, list)
    numbers = []
    for case in cases:
        (report,) = [one for one in reports if f"Case {case}." in one["xml"]]
        assert "Files that a person confirmed: 1 as known, 0 as not known before." in report["xml"]
        (file,) = report["files"]
        assert "<fileViewedByEsp>true</fileViewedByEsp>" in file["fileinfo"][0]["xml"]
        shown(walk.at_browser("rita"), f"/cases/{case}", ".badge", "reported")
        shown(walk.at_browser("ruth"), f"/cases/{case}", ".receipt strong", str(report["id"]))
        numbers.append(str(report["id"]))
    return numbers


def the_platform_acts(walk: Walk, cases: list[str]) -> None:
    """It was called for each action, signed, and confirms what it did."""
    ordered = until(lambda: len(found := walk.calls("action.ordered")) == 6 and found, "six calls")
    assert isinstance(ordered, list)
    assert walk.platform.ledger.refusals == []
    assert {(one["case"], one["kind"], one["account"]) for one in ordered} == {
        (case, kind, account)
        for case, account in zip(cases, ("anna", "bo", "cem"), strict=True)
        for kind in ("remove_content", "suspend_account")
    }
    assert ids(walk.to_do(), "id") == ids(ordered, "action")
    assert {one["state"] for one in walk.confirm("carried_out")} == {"carried_out"}
    shown(walk.at_browser("rita"), f"/cases/{cases[0]}", ".badge.carried_out", "done")


def the_user_complains(walk: Walk, case: str) -> str:
    """On the page behind the link that came with the notice. Return the action that is complained of."""
    (removal,) = [a.id for a in CaseReader(walk.scene.place.database).one(case).actions if a.kind == "remove_content"]
    notice = until(
        lambda: (
            (answer := walk.api.get(f"/v1/actions/{removal}/notice")).status_code == 200
            and dict[str, str](answer.json())
        ),
        "the notice to the user",
    )
    assert notice["link"] in notice["text"]
    page = walk.browser.new_page(java_script_enabled=False)
    page.goto(walk.address + notice["link"][notice["link"].index("/redress/") :])
    expect(page.locator("h1")).to_have_text("We removed something that you sent with Chat")
    page.locator("input[name=claim]").first.check()
    page.locator("#words").fill(WORDS)
    page.locator("button.main").click()
    expect(page.get_by_role("heading", name="We received your complaint")).to_be_visible()
    page.close()
    assert [e.actor for e in walk.events("complaint.lodged")] == ["user:link"]
    return removal


def an_officer_upholds_it(walk: Walk, case: str, action: str, report: str) -> None:
    """Another person looks, and the mistake is undone everywhere."""
    page = walk.at_browser("olga")
    page.goto("/complaints")
    page.locator("[data-row]").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/complaints/*")
    address = page.url
    expect(page.locator("blockquote")).to_have_text(WORDS)
    page.get_by_label("Reason").select_option("not_such_material")
    page.get_by_role("button", name="Decide the complaint").click()
    expect(page.get_by_role("alert")).to_contain_text("look at what is complained of first")
    page.get_by_role("link", name="Look at it in the case").click()
    look(page)
    page.goto(address)
    expect(page.get_by_text("have looked", exact=True)).to_be_visible()
    page.get_by_label("Reason").select_option("not_such_material")
    page.get_by_label("Answer to the user").fill(ANSWER)
    page.get_by_role("button", name="Decide the complaint").click()
    expect(page.get_by_text("matched nearby")).to_be_visible()
    looks = [(e.actor, e.payload.model_dump()["purpose"]) for e in walk.events("evidence.viewed") if e.subject == case]
    assert looks == [("rita", "review"), ("olga", "complaint")]

    until(lambda: len(walk.calls("action.reversal_ordered")) == 2, "the calls to undo")
    (told,) = until(lambda: walk.calls("complaint.decided"), "the call about the complaint")
    assert (told["action"], told["upheld"], told["reason"]) == (action, True, "not_such_material")
    assert {one["state"] for one in walk.confirm("reversed")} == {"reversed"}
    (supplement,) = until(lambda: supplements(walk, case), "the supplement")
    assert f"This supplements report {report}." in supplement
    assert re.search(rf"Withdrawn: what was said of file \S+ of report {report} does not stand", supplement)
    shown(page, f"/cases/{case}", ".badge", "dismissed")
    notice = until(
        lambda: (
            (answer := walk.api.get(f"/v1/actions/{action}/notice")).status_code == 200
            and dict[str, str](answer.json())
        ),
        "the notice",
    )
    user = walk.browser.new_page(java_script_enabled=False)
    user.goto(walk.address + notice["link"][notice["link"].index("/redress/") :])
    expect(user.get_by_text(ANSWER)).to_be_visible()
    user.close()


def the_entry_is_found_wrong(walk: Walk, cases: list[str]) -> None:
    """A senior suspends the entry, which matches nothing from then on, and then finds it wrong."""
    page = walk.at_browser("sven")
    page.goto(f"/cases/{cases[0]}")
    page.goto(ENTRY)
    page.get_by_label("Reason").first.select_option("doubt")
    page.get_by_role("button", name="Suspend it").click()
    expect(page.locator("h1 .badge.suspended")).to_be_visible()
    assert walk.send("dag", "message-dag", SAME)["outcome"] == "clean"
    wrong = page.locator("form[action$=wrong]")
    wrong.get_by_label("Reason").select_option("not_such_material")
    wrong.get_by_role("button", name="It is wrong").click()
    expect(page.locator("h1 .badge.wrong")).to_be_visible()
    shown(page, ENTRY, ".notice", "2 items of 2 cases are decided anew")
    assert walk.send("eva", "message-eva", SAME)["outcome"] == "clean"
    for case in cases[1:]:
        expect(page.locator("tr").filter(has=page.locator(f'[title="{case}"]'))).to_contain_text("opened again")


def the_others_are_decided_anew(walk: Walk, cases: list[str], reports: list[str]) -> None:
    """The cases that rested on the entry come back with the reason; what followed from them is undone."""
    page = walk.at_browser("sara")
    page.goto("/queue")
    page.keyboard.press("n")
    for case in cases:
        page.wait_for_url(re.compile(rf"/cases/{case}(\?|$)"))
        expect(page.get_by_text("an entry that it rested on is wrong").first).to_be_visible()
        expect(page.locator(".origin").first).to_contain_text("matches no longer")
        look(page)
        page.keyboard.press("3")
        page.keyboard.press("w")
        expect(page.locator("#chosen")).to_contain_text("Selected: not, error.")
        page.keyboard.press("Enter")
    page.wait_for_url("**/queue?after=*")
    until(lambda: len(walk.calls("action.reversal_ordered")) == 6, "the calls to undo")
    assert len(walk.confirm("reversed")) == 4
    assert walk.to_do() == []
    for case, report in zip(cases, reports[1:], strict=True):
        (supplement,) = until(lambda case=case: supplements(walk, case), "the supplement")  # type: ignore[misc]
        assert re.search(rf"Withdrawn: what was said of file \S+ of report {report} ", supplement)
        shown(page, f"/cases/{case}", ".badge", "dismissed")
        detail = CaseReader(walk.scene.place.database).one(case)
        assert {action.state for action in detail.actions} == {"reversed"}
    assert len(walk.reports()) == 6
    assert walk.platform.ledger.refusals == []


def the_evidence_goes(walk: Walk, cases: list[str]) -> str:
    """A year after the report the evidence is gone, and the page of the case shows the certificate: return it."""
    walk.scene.clock.step(days=200)
    page = walk.at_browser("ruth")
    page.goto(f"/cases/{cases[0]}")
    expect(page.locator("#clock")).to_contain_text(
        "18 U.S.C. 2258A(h), a year from the report asks to keep it until 2026-06-01"
    )
    walk.go_home()
    walk.scene.clock.step(days=166)
    until(lambda: all(walk.scene.place.vault.is_gone(case) for case in cases), "the erasure")
    until(lambda: len(walk.events("erasure.certified")) == 3, "three certificates")
    page = walk.at_browser("ruth")
    page.goto(f"/cases/{cases[0]}")
    expect(page.locator("#clock")).to_contain_text("Erased 2026-06-")
    expect(page.locator("img")).to_have_count(0)
    expect(page.locator(".history")).not_to_contain_text(ANSWER)
    page.locator("#clock").get_by_role("link", name="Certificate").click()
    expect(page.locator(".notice.good")).to_contain_text("No key and no byte of the evidence is there.")
    path = page.get_by_role("link", name="JSON").get_attribute("href")
    return page.request.get(walk.address + str(path)).text()


def the_return_still_opens(walk: Walk, cases: list[str]) -> None:
    """What is erased is still counted, and each figure opens to its events."""
    page = walk.at_browser("ruth")
    shown(page, "/return/2025", "h1", "Yearly return 2025")
    opened = page.locator("table.form a[href*='/figures/']")
    expect(opened.first).to_be_visible()
    paths = sorted({str(one.get_attribute("href")) for one in opened.all()})
    subjects: set[str] = set()
    for path in paths:
        page.goto(path)
        rows = page.locator("tbody tr")
        said = page.locator("caption").inner_text()
        assert rows.count() == int(said.split()[0]) > 0, path
        subjects.update(page.locator("tbody td:nth-child(4) code").all_inner_texts())
    assert subjects >= set(cases)


def the_command_agrees(folder: Path, file: Path, certificate: str) -> None:
    """The certificate and the record stand before the command too, and the tables follow from the events alone."""
    tutela = InProcess(folder)
    file.write_text(certificate, "utf-8")
    later = "2026-07-01T00:00:00Z"
    verified = tutela("retention", "verify-certificate", file, now=later)
    assert (verified.code, verified.out[:5]) == (0, "good:"), verified
    audit = tutela("audit", "verify", now=later)
    assert audit.code == 0, audit
    with Workplace(load_settings(folder, {})) as place:
        before = dump(place.database)
    rebuilt = tutela("events", "rebuild", now=later)
    assert rebuilt.code == 0, rebuilt
    with Workplace(load_settings(folder, {})) as place:
        assert dump(place.database) == before


def supplements(walk: Walk, case: str) -> list[str]:
    """Return what the supplements of a case say."""
    return [r["xml"] for r in walk.reports() if f"Case {case}." in r["xml"] and "This supplements" in r["xml"]]
