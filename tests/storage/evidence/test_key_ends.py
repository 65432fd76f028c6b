"""The rotation of the master key and the close of a year: two people, resumable, and the figures stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import Opening, SteppableClock
from tests.rig import DPO, Rig, party, picture
from tutela.access.approvals import NotApproved
from tutela.access.roles import NotAllowed, Person, Role
from tutela.casework.case import NotPossible
from tutela.casework.evidence import bytes_name
from tutela.casework.pseudonyms import KeyDestroyed, Pseudonyms
from tutela.content.item import Provenance
from tutela.sandboxes.keyservice import running
from tutela.statistics.provider_return.wording import as_json
from tutela.storage.access.approvals import Approvals
from tutela.storage.evidence.master_keys.port import BrokenKey
from tutela.storage.evidence.master_keys.service import KeyServiceSettings
from tutela.storage.workplace import Workplace

ADMIN = Person("ada", "Ada", frozenset({Role.ADMINISTRATOR}))
OTHER_DPO = Person("david", "David", frozenset({Role.DATA_PROTECTION_OFFICER}))


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def _allow(place: Workplace, asked: str, person: Person = DPO) -> str:
    Approvals(place.database, place.clock).decide(person, asked, allowed=True)
    return asked


def test_a_rotation_needs_two_and_goes_on_after_a_crash(
    rig: Rig, place: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = rig.take("a", picture(0))
    assert one.case
    assert one.item
    with pytest.raises(NotAllowed):
        place.key_ends.ask_rotation(DPO)
    with pytest.raises(NotApproved, match="ask first"):
        place.key_ends.rotate(ADMIN, None)
    asked = _allow(place, place.key_ends.ask_rotation(ADMIN))

    def killed(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        place.key_ends.rotate(ADMIN, asked, killed)
    assert place.keys.rotation() == (1, 2)
    assert place.vault.get(one.case, bytes_name(one.item)) == picture(0)
    place.key_ends.rotate(ADMIN, None)
    assert place.keys.rotation() is None
    assert not (place.keys.folder / "master.key").exists()
    assert place.vault.get(one.case, bytes_name(one.item)) == picture(0)
    with pytest.raises(NotApproved, match="used"):
        place.key_ends.rotate(ADMIN, asked)
    with place.transactions.reading() as log:
        types = [e.type for e in log.read(types=["master_key.rotation_begun", "master_key.rotated"])]
    assert types == ["master_key.rotation_begun", "master_key.rotated"]


def test_a_key_that_does_not_unwrap_keeps_the_old_master_key(rig: Rig, place: Workplace) -> None:
    one = rig.take("a", picture(0))
    (path,) = (place.keys.folder / "cases").glob("*/*.key")
    path.write_bytes(b"damaged")
    asked = _allow(place, place.key_ends.ask_rotation(ADMIN))
    with pytest.raises(BrokenKey, match=str(one.case)):
        place.key_ends.rotate(ADMIN, asked)
    assert (place.keys.folder / "master.key").exists()


def test_an_installation_works_with_a_key_service(
    settings_of_installation: object, opening: Opening, clock: SteppableClock, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text("t")
    with running(token="t") as service:
        settings = KeyServiceSettings(service.url, "tutela", tmp_path / "token")
        with opening(key_service=settings) as place:
            rig = Rig(place, clock)
            one = rig.take("a", picture(0))
            assert one.case
            assert one.item
            place.key_ends.rotate(ADMIN, _allow(place, place.key_ends.ask_rotation(ADMIN)))
            assert place.vault.get(one.case, bytes_name(one.item)) == picture(0)
            (path,) = (place.keys.folder / "cases").glob("*/*.key")
            assert path.read_bytes().startswith(b"vault:v2:")
            assert not (place.keys.folder / "master.key").exists()
            clock.advance(days=366)
            (certificate,) = place.retention.run()
            assert place.retention.certificate(certificate).items[0].commitment


def test_a_year_is_closed_once_its_return_is_final(rig: Rig, place: Workplace, clock: SteppableClock) -> None:
    one = rig.take("a", picture(0), Provenance(party("kim"), recipients=(party("kin"),)))
    assert one.case
    assert one.item
    ends = place.key_ends
    with pytest.raises(NotPossible, match="is not over"):
        ends.ask_close(DPO, 2025)
    clock.set("2026-01-20T09:00:00Z")
    with pytest.raises(NotPossible, match="await a decision"):
        ends.ask_close(DPO, 2025)
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    with pytest.raises(NotPossible, match="batches"):
        ends.ask_close(DPO, 2025)
    rig.close()
    with pytest.raises(NotAllowed):
        ends.ask_close(ADMIN, 2025)
    before = as_json(place.yearly_return(2025))["figures"]
    asked = ends.ask_close(DPO, 2025)
    with pytest.raises(NotApproved, match="waiting"):
        ends.close_year(DPO, asked, 2025)
    ends.close_year(DPO, _allow(place, asked, OTHER_DPO), 2025)
    with pytest.raises(KeyDestroyed):
        Pseudonyms(place.keys, 2025)
    assert not (place.keys.folder / "pseudonyms-2025.key").exists()
    assert as_json(place.yearly_return(2025))["figures"] == before
    with place.transactions.reading() as log:
        (event,) = log.read(types=["pseudonyms.key_destroyed"])
        for figure in place.yearly_return(2025).figures:
            assert len(log.by_sequence(figure.events)) == len(set(figure.events))
    assert event.subject == "year:2025"
    with pytest.raises(NotPossible, match="destroyed already"):
        ends.ask_close(DPO, 2025)
    Pseudonyms(place.keys, 2026)


def test_a_return_that_changed_is_not_the_one_that_was_allowed(
    rig: Rig, place: Workplace, clock: SteppableClock
) -> None:
    one = rig.take("a", picture(0))
    assert one.case
    assert one.item
    rig.decide(one.case, one.item, "not", remarks="a quarry")
    rig.close()
    clock.set("2026-01-20T09:00:00Z")
    asked = _allow(place, place.key_ends.ask_close(DPO, 2025), OTHER_DPO)
    clock.set("2025-12-30T09:00:00Z")
    later = rig.take("b", picture(1), Provenance(party("kin")), batch="late")
    assert later.case
    assert later.item
    rig.decide(later.case, later.item, "not", remarks="a bridge")
    rig.close(batch="late")
    clock.set("2026-01-20T10:00:00Z")
    with pytest.raises(NotPossible, match="changed since"):
        place.key_ends.close_year(DPO, asked, 2025)
    assert (place.keys.folder / "pseudonyms-2025.key").exists()
