"""The way of a case through the console, over HTTP."""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from tests.commands import InProcess
from tests.web.client import TestClient
from tests.web.conftest import Visitor
from tests.web.scene import SERVICE, Scene, encoded, reopen, texture
from tutela.casework.stream import Arrived
from tutela.content.decode import decode_image
from tutela.content.item import Limits, Provenance
from tutela.detection.fingerprints.fingerprint import Fingerprint
from tutela.detection.fingerprints.pdq import Pdq
from tutela.detection.hashlists.hashlist import NewEntry
from tutela.storage.casework.case_reader import CaseReader

Visit = Callable[[str], Visitor]
PICTURE = encoded(texture(1, (1200, 900)))


@pytest.fixture
def flagged(scene: Scene) -> tuple[str, str]:
    scene.list_picture(PICTURE)
    return scene.flagged(encoded(texture(1, (1200, 900)), "JPEG", quality=85))


def look(visitor: Visitor, case: str, item: str) -> str:
    source = ask_to_look(visitor, case, item)
    assert visitor.get(source).status_code == 200
    return source


def ask_to_look(visitor: Visitor, case: str, item: str) -> str:
    answer = visitor.post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"})
    assert answer.status_code == 200, answer.text
    found = re.search(r'src="(/views/[^"]+/picture)"', answer.text)
    assert found
    return found.group(1)


def types(scene: Scene, subject: str) -> list[str]:
    with scene.place.transactions.reading() as log:
        return [event.type for event in log.read(subject=subject)]


def test_the_queue_has_every_case_and_no_picture(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    scene.clock.step(hours=3)
    second, _ = scene.flagged(PICTURE, "user-2")
    scene.place.desk.escalate(scene.person("rita"), second)
    page = visit("rita").get("/queue").text
    assert page.index(second) < page.index(flagged[0])
    assert "3 h 0 min" in page
    assert "<img" not in page
    assert "user-1" not in page


def test_distances_are_shown_with_their_unit(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    listed = NewEntry("sha256", hashlib.sha256(encoded(texture(5))).digest(), "A1", ("a",))
    scene.place.lists.add("trial-list", [listed])
    same, _ = scene.flagged(encoded(texture(5)), "user-2")
    page = visit("rita").get("/queue").text
    assert re.search(r'<td class="num">\d+ <span class="muted">bits, pdq</span></td>', page)
    assert "<strong>same sha256</strong>" in page
    page = visit("rita").get(f"/cases/{flagged[0]}").text
    assert re.search(r'\d+<span class="muted"> of 31 bits</span>', page)
    assert re.search(r"distance \d+ of 31", page)
    assert "identical" in visit("rita").get(f"/cases/{same}").text


def test_the_nearest_match_is_the_smallest_share_of_its_threshold(tmp_path: Path, made_once: Path) -> None:
    shutil.copytree(made_once, tmp_path / "given")
    with (tmp_path / "given" / "tutela.toml").open("a") as file:
        file.write("[thresholds]\nphotodna = 40_000\n")
    scene = reopen(tmp_path / "given")
    fingerprint = Pdq().of_pixels(decode_image(PICTURE, Limits()))[0].value
    far = (int.from_bytes(fingerprint) ^ ((1 << 20) - 1)).to_bytes(32)
    scene.place.lists.add("trial-list", [NewEntry("pdq", far), NewEntry("photodna", bytes([100, *bytes(143)]))])
    given = Fingerprint("photodna", bytes(144), computed="given")
    arrived = Arrived("i-1", PICTURE, Provenance(declared_region="eu"), (given,))
    (answer,) = scene.place.stream().take(SERVICE, [arrived], "platform")
    reader = CaseReader(scene.place.database)
    (row,) = reader.awaiting(1, 0)
    assert row.nearest is not None
    assert (row.nearest.technology, row.nearest.distance, row.nearest.threshold) == ("photodna", 10_000, 40_000)
    (item,) = reader.one(answer.recorded.case or "").items
    assert [(d.technology, d.distance) for d in item.detections] == [("photodna", 10_000), ("pdq", 20)]
    scene.place.close()


def test_the_queue_is_paged(scene: Scene, visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tutela.web.console.queue.PAGE", 2)
    scene.list_picture(PICTURE)
    cases = []
    for number in range(3):
        cases.append(scene.flagged(PICTURE, f"user-{number}")[0])
        scene.clock.step(minutes=1)
    rita = visit("rita")
    first = rita.get("/queue").text
    assert cases[0] in first
    assert cases[2] not in first
    for order in ("oldest", "severity"):
        first = rita.get(f"/queue?queue=other&order={order}").text
        assert cases[0] in first
        assert cases[2] not in first
        further = re.search(r'href="(/queue\?[^"]*beyond=[^"]*)"', first)
        assert further
        second = rita.get(further.group(1).replace("&amp;", "&")).text
        assert cases[2] in second
        assert cases[0] not in second
        assert "beyond" not in second
    assert rita.get("/queue?queue=none").status_code == 404
    for wrong in ("x", "0,2025-01-01T00:00:00,a", "a,2025-01-01T00:00:00+00:00,b", "0,9,1"):
        assert rita.get(f"/queue?queue=other&beyond={wrong}").status_code == 422


def test_a_case_says_why_it_matched_and_sends_no_picture(visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    page = visit("rita").get(f"/cases/{case}").text
    assert "<img" not in page
    assert "/views/" not in page
    assert "trial-list" in page
    assert "as it is" in page
    assert item in page
    assert len(page) < 100_000


def test_the_look_is_on_record_before_the_picture_and_the_picture_is_another_one(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    case, item = flagged
    rita = visit("rita")
    assert "evidence.viewed" not in types(scene, case)
    source = ask_to_look(rita, case, item)
    assert types(scene, case)[-1] == "evidence.viewed"
    refused = rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "new"})
    assert refused.status_code == 409  # nothing was seen yet
    answer = rita.get(source)
    assert types(scene, case)[-1] == "evidence.shown"
    assert rita.get(source).content == answer.content
    assert types(scene, case).count("evidence.shown") == 1
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content not in (PICTURE, encoded(texture(1, (1200, 900)), "JPEG", quality=85))
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert max(shown.size) == 640
        assert not shown.getexif()


def test_a_look_is_its_own_persons_and_ends_after_ten_minutes(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    rita, sven = visit("rita"), visit("sven")
    source = ask_to_look(rita, *flagged)
    assert sven.get(source).status_code == 404
    scene.clock.step(minutes=10)
    assert rita.get(source).status_code == 200
    scene.clock.step(seconds=1)
    assert rita.get(source).status_code == 404
    assert rita.get("/views/none/picture").status_code == 404
    assert types(scene, flagged[0]).count("evidence.shown") == 1


def test_what_cannot_be_shown_is_no_look(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    scene.place.vault.put(case, f"{item}.bytes", b"\xff\xd8\xff broken")
    answer = visit("rita").post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert "no look was recorded" in answer.text
    assert "evidence.viewed" not in types(scene, case)


def spoil(scene: Scene, case: str, ending: str) -> None:
    (path,) = (scene.place.settings.data / "evidence").glob(f"*/{case}/*{ending}")
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def test_evidence_that_was_changed_gives_a_page_and_no_look(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    case, item = flagged
    rita = visit("rita")
    source = ask_to_look(rita, case, item)
    scene.place.desk.escalate(scene.person("rita"), case, item, remarks="please look")
    spoil(scene, case, ".bytes")
    spoil(scene, case, ".remark")
    for answer in (
        rita.get(source),
        visit("sven").post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"}),
    ):
        assert answer.status_code in (404, 409)
        assert "was changed after it was written" in answer.text
    assert "evidence.shown" not in types(scene, case)
    page = rita.get(f"/cases/{case}")
    assert page.status_code == 200
    assert "cannot be read" in page.text
    assert "please look" not in page.text


def test_evidence_that_is_gone_gives_a_page(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    rita = visit("rita")
    source = ask_to_look(rita, case, item)
    scene.place.desk.escalate(scene.person("rita"), case, item, remarks="please look")
    scene.place.vault.erase(case)
    assert rita.get(f"/cases/{case}").status_code == 200
    assert rita.get(source).status_code == 404
    assert visit("sven").post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"}).status_code == 409
    refused = rita.post(f"/cases/{case}/items/none/view")
    assert refused.status_code == 404


def test_a_lost_key_gives_a_page_that_says_what_to_restore(
    scene: Scene, visit: Visit, flagged: tuple[str, str], client: TestClient
) -> None:
    case, item = flagged
    rita = visit("rita")
    (scene.place.settings.data / "keys" / "master.key").unlink()
    answer = rita.post(f"/cases/{case}/items/{item}/view")
    assert answer.status_code == 503
    assert "backup of the keys" in answer.text
    assert "<h1>" in answer.text
    assert client.get("/health").status_code == 200


def test_an_unknown_case_or_item_is_404(visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    rita = visit("rita")
    assert rita.get("/cases/none").status_code == 404
    assert rita.get(f"/cases/{case}?item=none").status_code == 404
    for path in (f"/cases/none/items/{item}", f"/cases/{case}/items/none"):
        assert rita.post(f"{path}/view").status_code == 404
        assert rita.post(f"{path}/decide", {"decision": "known"}).status_code == 404


def test_decisions_lead_on_and_the_last_one_closes(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    scene.list_picture(encoded(texture(2)))
    _, second = scene.flagged(encoded(texture(2)))
    scene.clock.step(minutes=1)
    other, _ = scene.flagged(PICTURE, "user-2")
    rita = visit("rita")
    refused = rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "new", "remarks": "what I wrote"})
    assert refused.status_code == 409
    assert "look at the item first" in refused.text
    assert "what I wrote" in refused.text
    assert rita.post(f"/cases/{case}/items/{item}/decide").status_code == 409
    assert rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "burn"}).status_code == 422
    look(rita, case, item)
    fields = {"decision": "new", "classification": "A2", "remarks": "another <b>scene</b>"}
    answer = rita.post(f"/cases/{case}/items/{item}/decide", fields)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cases/{case}?item={second}"
    assert rita.post(f"/cases/{case}/items/{item}/decide", fields).status_code == 409
    look(rita, case, second)
    answer = rita.post(f"/cases/{case}/items/{second}/decide", {"decision": "not", "ground": "error"})
    assert answer.headers["location"] == f"/cases/{other}?after={case}"
    assert "is confirmed" in rita.get(answer.headers["location"]).text
    page = rita.get(f"/cases/{case}").text
    assert "another &lt;b&gt;scene&lt;/b&gt;" in page
    assert "class A2" in page
    assert "Remove the item" in page
    assert "Report</h2>" not in page
    assert "Report</h2>" in visit("sven").get(f"/cases/{case}").text
    assert "another" not in visit("ruth").get(f"/cases/{case}").text
    assert rita.post(f"/cases/{case}/items/{item}/view").status_code == 409


def test_an_escalated_case_is_for_a_senior(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    rita, sven = visit("rita"), visit("sven")
    fields = {"decision": "escalate", "opinion": "known", "remarks": "please look"}
    answer = rita.post(f"/cases/{case}/items/{item}/decide", fields)
    assert answer.headers["location"] == f"/queue?after={case}"
    assert "a senior decides" in rita.get(f"/cases/{case}").text
    unseen = rita.post(f"/cases/{case}/items/{item}/view", headers={"HX-Request": "true"})
    assert unseen.status_code == 403
    assert "only a senior" in unseen.text
    refused = rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "known"})
    assert refused.status_code == 403
    assert "decide_escalated" in refused.text
    assert types(scene, "rita")[-1] == "person.refused"
    page = sven.get(f"/cases/{case}").text
    assert "rita thinks" in page
    assert "please look" in page
    look(sven, case, item)
    refused = sven.post(f"/cases/{case}/items/{item}/decide", {"decision": "not"})
    assert refused.status_code == 409
    assert "an error, or lawful here" in refused.text
    fields = {"decision": "not", "ground": "lawful_here"}
    assert sven.post(f"/cases/{case}/items/{item}/decide", fields).status_code == 303
    assert "dismissed" in sven.get(f"/cases/{case}").text


def test_a_complaint_is_decided_by_somebody_else(
    client: TestClient, scene: Scene, visit: Visit, flagged: tuple[str, str], key: dict[str, str]
) -> None:
    case, item = flagged
    scene.look("sven", case, item)
    scene.place.desk.decide(scene.person("sven"), case, item, "known")
    action = next(a for a in client.get("/v1/actions", headers=key).json() if a["item"])["id"]
    client.post(f"/v1/actions/{action}/confirm", headers=key, json={"done": "carried_out"})
    asked = {"action": action, "claim": "not_such_material", "words": "It is <b>a lake</b>."}
    complaint = client.post("/v1/complaints", headers=key, json=asked).json()["complaint"]
    assert client.post("/v1/complaints", headers=key, json=asked).status_code == 409
    decision = {"reason": "not_such_material", "answer": "We are sorry."}
    assert complaint in visit("sara").get("/complaints").text
    told = visit("sven").get(f"/complaints/{complaint}").text
    assert "Somebody else decides this complaint" in told
    assert 'name="reason"' not in told
    same = visit("sven").post(f"/complaints/{complaint}", decision)
    assert same.status_code == 409
    assert "who had no part in it" in same.text
    sara = visit("sara")
    unseen = sara.post(f"/complaints/{complaint}", decision)
    assert unseen.status_code == 409
    assert "look at what is complained of" in unseen.text
    assert "We are sorry." in unseen.text
    assert "It is &lt;b&gt;a lake&lt;/b&gt;." in unseen.text
    assert "a lake" not in visit("adam").get(f"/complaints/{complaint}").text
    look(sara, case, item)
    with scene.place.transactions.reading() as log:
        (seen,) = [e for e in log.read(subject=case, types=["evidence.viewed"]) if e.actor == "sara"]
    assert seen.payload.model_dump()["purpose"] == "complaint"
    assert sara.post(f"/complaints/{complaint}", decision).status_code == 303
    assert sara.post("/complaints/none", decision).status_code == 404
    page = sara.get(f"/complaints/{complaint}").text
    assert "upheld" in page
    assert "to be undone" in page
    assert "matched nearby" in page
    assert "upheld" in sara.get(f"/cases/{case}").text
    pending = {a["id"]: a["state"] for a in client.get("/v1/actions", headers=key).json()}
    assert pending[action] == "reversal_ordered"
    told = client.get(f"/v1/complaints/{complaint}", headers=key).json()
    assert (told["upheld"], told["reason"]) == (True, "not_such_material")


def test_referrals_show_what_happened_and_compliance_tries_again(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    case, item = flagged
    scene.look("rita", case, item)
    scene.place.desk.decide(scene.person("rita"), case, item, "known")
    referral = scene.place.transactions
    row = visit("cora").get("/referrals").text
    assert "waits" in row
    assert "Try again" not in row
    from tutela.events.catalogue.referral import ReferralFailed
    from tutela.events.envelope import NewEvent
    from tutela.storage.casework.case_reader import CaseReader

    (ordered,) = CaseReader(scene.place.database).referrals()
    failed = ReferralFailed(referral=ordered.id, attempt=1, step="open", code="4100", retry=False)
    with referral.record() as log:
        log.append([NewEvent(failed, case, scene.clock())])
    cora = visit("cora")
    page = cora.get("/referrals").text
    assert "stopped" in page
    assert "open: 4100" in page
    assert "Try again" in page
    assert "Try again" not in visit("adam").get("/referrals").text
    assert "Dead letters" in page
    assert cora.post(f"/referrals/{ordered.id}/retry", {"reason": "mended"}).status_code == 303
    assert types(scene, case)[-1] == "referral.retry_ordered"
    assert "what was wrong is mended" in visit("sven").get(f"/cases/{case}").text
    assert "Dead letters" not in cora.get("/referrals").text
    assert "open: 4100" in visit("sven").get(f"/cases/{case}").text
    scene.clock.step(hours=30)
    cora = visit("cora")
    times = cora.get("/referrals/times").text
    assert "1 report waits longer than 24 hours" in times
    assert "over 30 h, not known yet" in times
    assert "overdue" in cora.get("/overview").text
    assert cora.post(f"/referrals/{ordered.id}/retract").status_code == 422
    assert visit("sven").post(f"/referrals/{ordered.id}/retract", {"reason": "not_due"}).status_code == 403
    assert cora.post(f"/referrals/{ordered.id}/retract", {"reason": "not_due"}).status_code == 303
    assert types(scene, case)[-2:] == ["referral.retract_ordered", "referral.retracted"]
    assert "no report is due" in visit("sven").get(f"/cases/{case}").text
    assert cora.post(f"/referrals/{ordered.id}/retract", {"reason": "not_due"}).status_code == 409
    assert "overdue" not in cora.get("/overview").text


def test_the_audit_shows_who_looked_and_filters(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    look(visit("rita"), case, item)
    visit("rita").get("/audit")
    scene.place.people.create_key("loader", ["items", "actions"])
    scene.place.people.revoke_key("loader")
    adam = visit("adam")
    page = adam.get("/audit").text
    assert "asked to look at" in page
    assert "was shown" in page
    assert "made the API key loader: confirm actions, lodge complaints, send items" in page
    assert "ended the API key loader" in page
    assert "ended the API key loader" in adam.get("/audit?subject=key%3Aloader").text
    assert "signed in" in page
    assert "lacks the permission to see the audit" in page
    assert "imported into trial-list" in page
    only = adam.get(f"/audit?subject={case}").text
    assert "flagged" in only
    assert "signed in</td>" not in only
    assert "Nothing is on record" in adam.get("/audit?subject=nobody").text


def test_every_event_has_its_words(scene: Scene) -> None:
    from tutela.events.catalogue.base import all_types
    from tutela.web.console.pages import _environment

    def phrases(area: str) -> str:
        return _environment.loader.get_source(_environment, f"words/{area}.html")[0]  # type: ignore[union-attr]

    missing = [name for name in all_types() if f'line.type == "{name}"' not in phrases(name.split(".")[0])]
    assert missing == []


def test_a_case_with_many_items_stays_a_small_page(scene: Scene, visit: Visit) -> None:
    case = ""
    base = texture(9, (160, 120))
    scene.list_picture(encoded(base))
    for number in range(70):
        base.putpixel((0, 0), (number, 0, 0))
        case, _ = scene.flagged(encoded(base))
    page = visit("rita").get(f"/cases/{case}").text
    assert "10 more: move with" in page
    assert len(page.encode()) < 100_000


def test_a_complaint_with_a_court_is_never_overdue(scene: Scene, visit: Visit, flagged: tuple[str, str]) -> None:
    case, item = flagged
    scene.look("sven", case, item)
    scene.place.desk.decide(scene.person("sven"), case, item, "known")
    action = next(a for a in CaseReader(scene.place.database).one(case).actions if a.item_id)
    scene.place.desk.confirm_action("platform", action.id, "carried_out")
    complaint = scene.place.redress.enter(scene.person("cora"), action.id)
    scene.clock.step(days=40)
    cora = visit("cora")
    for page in (f"/complaints/{complaint}", "/complaints", f"/cases/{case}/redress"):
        shown = cora.get(page).text
        assert "the court decides" in shown
        assert "overdue" not in shown
        assert "to be decided by" not in shown
    assert "complaints that nobody decided in time" not in visit("ruth").get("/notices").text
    tutela = InProcess(scene.place.settings.data)
    assert "the court decides" in tutela("complaint", "list").out
    listed = json.loads(tutela("complaint", "list", "--json").out)
    assert (listed["due_at"], listed["overdue"]) == (None, False)
    assert json.loads(tutela("complaint", "show", complaint).out)["due_at"] is None


def test_what_the_report_would_lack_stands_by_the_decision(
    scene: Scene, visit: Visit, flagged: tuple[str, str]
) -> None:
    """It advises: it is there before the decision, says who nobody is, and keeps nothing from being sent."""
    case, item = flagged
    second, _ = scene.flagged(PICTURE, "user-2")
    rita = visit("rita")
    before = rita.get(f"/cases/{case}").text
    assert "What its report lacks" in before
    assert "a file that a person viewed" in before
    assert "more than an identifier of the user" in before
    assert "a possible place" not in before
    assert "user-1" not in before
    look(rita, case, item)
    assert "a file that a person viewed" not in rita.get(f"/cases/{case}").text
    answer = rita.post(f"/cases/{case}/items/{item}/decide", {"decision": "known", "urgent": "true"})
    following = rita.get(answer.headers["location"]).text
    assert second in answer.headers["location"]
    assert re.search(r"Its report lacks: more than an identifier of the user[^.;]*\.", following)
    assert "What its report lacks" in rita.get(f"/cases/{case}").text
    assert [r.state for r in CaseReader(scene.place.database).referrals()] == ["ordered"]
