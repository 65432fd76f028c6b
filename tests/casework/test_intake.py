"""The way in: one outcome each, counts that add up, and nothing kept of what is not flagged."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import LargeBinary, select

from tests.databases import Opening, SteppableClock
from tests.rig import CHAT, DRIVE, MAIL, Rig, dump, known_of, party, picture
from tutela.casework.evidence import ItemRecord, bytes_name, record_name, repeat_name
from tutela.casework.intake import BatchClosed, Refused, Taken
from tutela.casework.stream import Arrived, ItemStream
from tutela.content.item import Limits, Outcome, Provenance
from tutela.detection.fingerprinting import fingerprint
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.events.catalogue.intake import IntakeRefused, ItemFlagged, ItemSeenAgain, ItemsTallied, TallyRow
from tutela.regimes.eu_users import Party
from tutela.regimes.permission import OtherGround
from tutela.storage import schema
from tutela.storage.casework.case_reader import CaseReader
from tutela.storage.workplace import Workplace

THINGS: dict[str, tuple[bytes, Outcome]] = {
    "match": (picture(0), Outcome.MATCH),
    "near": (picture(40), Outcome.MATCH),
    "clean": (picture(90), Outcome.CLEAN),
    "undecodable": (b"\x89PNG\r\n\x1a\n and no more", Outcome.UNDECODABLE),
    "unsupported": (b"just a text", Outcome.UNSUPPORTED),
    "over": (picture(91, 512), Outcome.OVER_LIMIT),
    "empty": (b"", Outcome.UNDECODABLE),
}


@pytest.fixture
def rig(place: Workplace, clock: SteppableClock) -> Rig:
    return Rig(place, clock)


def taken(rig: Rig, identity: str, data: bytes, provenance: Provenance, limits: Limits | None = None) -> Taken:
    found = fingerprint(data, installed_kinds().values(), limits) if limits else known_of(data)
    judgement = rig.place.current_matcher().judge(found)
    permit = rig.place.intake.permit(CHAT, provenance.region)
    return Taken(identity, provenance, found, judgement, permit, lambda: data)


def tallies(place: Workplace) -> list[TallyRow]:
    with place.transactions.reading() as log:
        return [row for e in log.read() if isinstance(e.payload, ItemsTallied) for row in e.payload.rows]


def test_one_outcome_each_and_the_sum_is_all(rig: Rig) -> None:
    place, batch = rig.place, rig.batch(CHAT)
    wanted: Counter[str] = Counter()
    size = 0
    for group in range(5):
        items = []
        for name, (data, outcome) in THINGS.items():
            limits = Limits(max_pixels=100_000) if name == "over" else None
            where = party(f"{name}{group % 2}", ["SE", "US", None][group % 3])
            items.append(taken(rig, f"{group}-{name}", data, Provenance(where, (party("r", "US"),)), limits))
            wanted[outcome.value] += 1
            size += len(data)
        recorded = place.intake.record(batch, CHAT, items)
        assert [r.outcome for r in recorded] == [outcome for _, outcome in THINGS.values()]
        assert all((r.case is not None) == (r.outcome is Outcome.MATCH) for r in recorded)
        again = place.intake.record(batch, CHAT, items)
        assert all(r.already for r in again)
        assert [r.outcome for r in again] == [r.outcome for r in recorded]
    returned = place.intake.close(batch)
    rows = tallies(place)
    assert sorted(returned, key=str) == sorted(rows, key=str)
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row.outcome] += row.items
    assert sums == wanted
    assert sum(row.bytes for row in rows) == size
    assert {row.region for row in rows} == {"eu", "non_eu", "unknown"}
    tables = dump(place.database, only_projections=False)
    assert tables["ledger"] == tables["batches"] == tables["batch_counts"] == []
    assert sum(row["items"] for row in tables["tallies"]) == sum(wanted.values())
    assert place.intake.close(batch) == []  # again: nothing more
    assert len(tallies(place)) == len(rows)


def test_repeated_content_is_seen_again(rig: Rig) -> None:
    first = rig.take("1", picture(0), Provenance(party("a")))
    again = rig.take("2", picture(0), Provenance(party("a")))
    other = rig.take("3", picture(0), Provenance(party("b")))
    nobody, nobody_again = (rig.take(n, picture(0), Provenance()) for n in ("4", "5"))
    assert again.seen_again
    assert (again.case, again.item) == (first.case, first.item)
    assert not other.seen_again
    assert other.case != first.case
    # Senders whom nobody names may be two people.
    assert not nobody.seen_again
    assert not nobody_again.seen_again
    assert nobody_again.case != nobody.case
    reader = CaseReader(rig.place.database)
    assert {r.id: [i.seen_again for i in reader.one(r.id).items] for r in reader.all()} == {
        first.case: [1],
        other.case: [0],
        nobody.case: [0],
        nobody_again.case: [0],
    }
    # In another service the same account and content are another matter.
    assert not rig.take("6", picture(0), Provenance(party("a")), MAIL).seen_again


def test_the_same_twice_in_one_group(rig: Rig) -> None:
    items = [taken(rig, str(n), picture(n % 2), Provenance(party("a"))) for n in range(6)]
    recorded = rig.place.intake.record(rig.batch(CHAT), CHAT, [*items, items[0]])
    assert [r.seen_again for r in recorded] == [False, False, True, True, True, True, False]
    assert recorded[-1].already
    assert len({r.case for r in recorded if r.case}) == 1


def test_one_open_case_for_an_account(rig: Rig) -> None:
    one = rig.take("1", picture(0), Provenance(party("a")))
    two = rig.take("2", picture(1), Provenance(party("a")))
    assert one.case == two.case
    assert one.case is not None
    for taken_ in (one, two):
        assert taken_.item is not None
        rig.decide(one.case, taken_.item, "not")
    three = rig.take("3", picture(2), Provenance(party("a")))
    assert three.case != one.case
    repeat = rig.take("4", picture(0), Provenance(party("a")))
    assert repeat.seen_again
    assert repeat.case == one.case  # what was found harmless stays so


def test_sending_again_what_was_confirmed_is_a_new_case(rig: Rig) -> None:
    first = rig.take("1", picture(0), Provenance(party("a")))
    assert first.case
    assert first.item
    rig.decide(first.case, first.item, "known")
    second = rig.take("2", picture(0), Provenance(party("a")))
    assert not second.seen_again
    assert second.case != first.case


def test_a_repeat_keeps_whom_it_concerned(rig: Rig) -> None:
    first = rig.take("1", picture(0), Provenance(party("a", "US"), (party("r1", "US"),)))
    again = rig.take("2", picture(0), Provenance(party("a", "US"), (party("r2", "SE"), Party("r3"))))
    assert again.seen_again
    assert first.case
    with rig.place.transactions.reading() as log:
        (repeat,) = [e for e in log.read(subject=first.case) if isinstance(e.payload, ItemSeenAgain)]
    assert isinstance(repeat.payload, ItemSeenAgain)
    assert (repeat.payload.region, len(repeat.payload.recipients_eu), repeat.payload.recipients_unknown) == ("eu", 1, 1)
    kept = rig.place.vault.get(first.case, repeat_name(str(first.item), repeat.id))
    assert [r.account for r in ItemRecord.model_validate_json(kept).recipients] == ["r2", "r3"]
    assert rig.place.tidy(older_than=-1) == []


def test_other_bytes_under_a_used_id_are_never_lost(rig: Rig) -> None:
    clean = rig.take("1", picture(90), Provenance(party("a")))
    match = rig.take("1", picture(0), Provenance(party("a")))
    again = rig.take("1", picture(0), Provenance(party("a")))
    other = rig.take("1", picture(1), Provenance(party("a")))
    assert (other.already, other.case) == (False, match.case)
    assert rig.take("1", picture(91), Provenance(party("a"))).already
    assert clean.outcome is Outcome.CLEAN
    assert (match.outcome, match.already, match.case is not None) == (Outcome.MATCH, False, True)
    assert again.already


@pytest.mark.parametrize(
    ("moment", "covered"),
    [
        ("2026-04-03T19:59:00Z", True),
        ("2026-04-03T20:00:00Z", False),
        ("2026-07-31T03:59:00Z", False),
        ("2026-07-31T04:00:00Z", True),
    ],
)
def test_a_day_is_covered_only_if_it_is_so_all_over_the_union(rig: Rig, moment: str, covered: bool) -> None:
    rig.clock.set(moment)
    if covered:
        assert rig.place.intake.permit(CHAT, "eu").regime.startswith("eu-")
    else:
        with pytest.raises(Refused, match="no legal regime"):
            rig.place.intake.permit(CHAT, "eu")
    assert rig.place.intake.permit(CHAT, "non_eu").regime == "no-derogation-needed"


def test_the_year_changes_the_pseudonym(rig: Rig) -> None:
    one = rig.take("1", picture(0), Provenance(party("a")))
    rig.clock.set("2026-01-01T00:00:00Z")
    two = rig.take("2", picture(0), Provenance(party("a")))
    assert not two.seen_again
    assert one.case != two.case
    reader = CaseReader(rig.place.database)
    assert len({reader.one(r.id).account for r in reader.all()}) == 2


def test_evidence_holds_what_the_events_do_not(rig: Rig) -> None:
    sender, recipient = party("kim", "SE"), party("lou", None)
    given = Provenance(sender, (recipient,), rig.clock.now - timedelta(days=1), name="quarry.png")
    one = rig.take("1", picture(40), given)
    assert one.case is not None
    assert one.item is not None
    assert rig.place.vault.get(one.case, bytes_name(one.item)) == picture(40)
    record = ItemRecord.model_validate_json(rig.place.vault.get(one.case, record_name(one.item)))
    assert record.sender is not None
    assert (record.sender.account, record.sender.country) == ("kim", "SE")
    assert [r.account for r in record.recipients] == ["lou"]
    assert (record.name, record.sent_at, record.service_name) == ("quarry.png", given.sent_at, "Chat")
    assert set(record.fingerprints) == {"md5", "sha1", "sha256", "pdq"}


def secrets_of(data: bytes, *texts: str) -> Iterator[bytes]:
    for text in texts:
        yield text.encode()
    for one in known_of(data).fingerprints:
        if one.kind != "pdq" or one.orientation.value == "upright":
            yield one.hex.encode()
            yield one.hex.upper().encode()
            yield one.value
    yield data[:200]


def test_nothing_in_clear_text_anywhere(rig: Rig) -> None:
    """Search every file of the installation and every cell of every table."""
    place = rig.place
    stream = place.stream()
    clean, flagged, repeated = picture(95), picture(41), picture(42)
    looked_for: list[bytes] = []
    for n, data in enumerate([clean, flagged, repeated, repeated, b"only a text about a quarry", picture(96)]):
        names = (f"secret-sender-{n}", f"secret-recipient-{n}", f"secret-name-{n}.png", f"secret-identity-{n}")
        provenance = Provenance(party(names[0]), (party(names[1], "DE"),), name=names[2])
        stream.take(CHAT, [Arrived(names[3], data, provenance)])
        looked_for += secrets_of(data, *names)
    for state in ("while the batch is open", "after it is closed"):
        haystacks = {str(p): p.read_bytes() for p in place.settings.data.rglob("*") if p.is_file()}
        for name, rows in dump(place.database, only_projections=False).items():
            for row in rows:
                for column, cell in row.items():
                    haystacks[f"{name}.{column}"] = (
                        haystacks.get(f"{name}.{column}", b"")
                        + b"\n"
                        + (bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode())
                    )
        assert len(haystacks) > 50
        for secret in looked_for:
            found = [place_ for place_, hay in haystacks.items() if secret in hay]
            assert not found, (state, secret[:60], found)
        stream.close()
    assert any(isinstance(column.type, LargeBinary) for column in schema.hash_entries.columns)


def test_refused_before_anything_and_recorded_once_a_day(rig: Rig) -> None:
    rig.clock.set("2026-05-01T10:00:00Z")
    stream = rig.place.stream()
    for _ in range(3):
        for country in ("SE", None):
            with pytest.raises(Refused, match="no legal regime"):
                stream.take(CHAT, [Arrived("1", picture(0), Provenance(party("a", country)))])
        rig.clock.advance(hours=4)
    rig.clock.advance(days=1)
    with pytest.raises(Refused):
        stream.take(CHAT, [Arrived("1", picture(0), Provenance(party("a")))])
    with pytest.raises(Refused):
        stream.take(CHAT, [Arrived("1", picture(0), Provenance(party("a", "US")))])  # to whom?
    abroad = Provenance(party("a", "US"), (party("b", "BR"),))
    assert stream.take(CHAT, [Arrived("1", picture(0), abroad)])[0].recorded.case
    assert stream.take(DRIVE, [Arrived("1", picture(90), Provenance(party("a")))])
    stream.close()
    with rig.place.transactions.reading() as log:
        refused = [e.payload for e in log.read() if isinstance(e.payload, IntakeRefused)]
    assert [(r.day.isoformat(), r.region) for r in refused] == [
        ("2026-05-01", "eu"),
        ("2026-05-01", "unknown"),
        ("2026-05-02", "eu"),
        ("2026-05-02", "unknown"),
    ]
    assert sum(row.items for row in tallies(rig.place)) == 2


def test_one_refused_item_refuses_the_group(rig: Rig) -> None:
    rig.clock.set("2026-05-01T10:00:00Z")
    stream = rig.place.stream()
    with pytest.raises(Refused):
        stream.take(
            CHAT,
            [Arrived(str(n), picture(n), Provenance(party("a", country))) for n, country in enumerate(["US", "SE"])],
        )
    stream.close()
    assert CaseReader(rig.place.database).all() == []
    assert tallies(rig.place) == []


def test_another_ground_is_written_to_every_item(opening: Opening, rig: Rig) -> None:
    rig.clock.set("2026-05-01T10:00:00Z")
    place = opening(other_ground=OtherGround("consent", "file 7"))
    stream = place.stream()
    stream.take(CHAT, [Arrived("1", picture(0), Provenance(party("a")))])
    stream.close()
    assert {row.regime for row in tallies(place)} == {"consent"}
    with place.transactions.reading() as log:
        assert [e.payload.regime for e in log.read() if isinstance(e.payload, ItemFlagged)] == ["consent"]


def test_bytes_that_change_or_vanish_end_in_error(rig: Rig) -> None:
    def vanished() -> bytes:
        raise FileNotFoundError("gone")

    base = taken(rig, "x", picture(0), Provenance(party("a")))
    items = [
        Taken("1", base.provenance, base.fingerprinted, base.judgement, base.permit, lambda: b"something else"),
        Taken("2", base.provenance, base.fingerprinted, base.judgement, base.permit, vanished),
        base,
    ]
    recorded = rig.place.intake.record(rig.batch(CHAT), CHAT, items)
    assert [r.outcome for r in recorded] == [Outcome.ERROR, Outcome.ERROR, Outcome.MATCH]
    rig.close()
    assert Counter({row.outcome: row.items for row in tallies(rig.place)}) == {"error": 2, "match": 1}


@pytest.mark.parametrize("text", ["\udcff\udc80.png", "a\ud800", "\x00", "\U0001f511", "x" * 500])
def test_names_and_accounts_of_any_kind(rig: Rig, text: str) -> None:
    one = rig.take("1", picture(0), Provenance(party(text), (party(text + "2"),), name=text))
    assert one.case is not None
    assert one.item is not None
    record = ItemRecord.model_validate_json(rig.place.vault.get(one.case, record_name(one.item)))
    assert record.sender is not None
    assert record.name == record.sender.account == text.encode("utf-8", "backslashreplace").decode()


def test_a_transaction_that_fails_leaves_nothing_but_an_orphan(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    place = rig.place
    kept = rig.take("0", picture(1), Provenance(party("a")))
    before = dump(place.database, only_projections=False)

    def full(*_: object, **__: object) -> None:
        raise OSError("no space left")

    with monkeypatch.context() as patch:
        patch.setattr("tutela.storage.casework.intake_store.IntakeStore.enter", full)
        for account in ("a", "b"):  # one whose case is open, and one without a case
            with pytest.raises(OSError, match="no space"):
                rig.take(account, picture(0), Provenance(party(account)))
    assert dump(place.database, only_projections=False) == before
    assert kept.case is not None
    assert len(place.vault.names(kept.case)) == 4
    assert len(place.keys.cases()) == 2
    assert place.tidy() == []
    assert len(place.tidy(older_than=0)) == 3
    assert len(place.vault.names(kept.case)) == 2
    assert place.keys.cases() == [kept.case]
    again = rig.take("a", picture(0), Provenance(party("a")))
    assert not again.already
    assert again.case == kept.case


def test_a_closed_batch_takes_nothing_more(rig: Rig) -> None:
    batch = rig.batch(CHAT)
    rig.take("1", picture(90))
    rig.place.intake.close(batch)
    with pytest.raises(BatchClosed):
        rig.take("2", picture(0))
    assert CaseReader(rig.place.database).all() == []


def test_an_open_batch_is_found_again(rig: Rig, opening: Opening) -> None:
    batch = rig.place.intake.open_batch(CHAT, "scan of x")
    other = opening()
    assert other.intake.open_batch(CHAT, "scan of x") == batch
    assert other.intake.open_batch(MAIL, "scan of x") != batch
    assert other.intake.open_batch(CHAT, "scan of y") != batch


def test_a_ledger_is_gone_after_thirty_days(rig: Rig) -> None:
    rig.take("1", picture(90))
    rig.clock.advance(days=29, hours=23)
    assert rig.place.intake.close_overdue() == []
    rig.clock.advance(hours=1)
    assert len(rig.place.intake.close_overdue()) == 1
    assert dump(rig.place.database, only_projections=False)["ledger"] == []
    assert sum(row.items for row in tallies(rig.place)) == 1


def streams(place: Workplace, number: int) -> list[ItemStream]:
    return [place.stream() for _ in range(number)]


def test_threads_at_once(rig: Rig) -> None:
    """Four streams, the same accounts and contents: one case for each account, one item for each content."""
    place = rig.place
    errors: list[BaseException] = []

    def run(number: int, stream: ItemStream) -> None:
        try:
            for n in range(12):
                seed = (n + number) % 6
                items = [
                    Arrived(f"{number}-{n}-{k}", picture(seed if k else 90), Provenance(party(f"a{(n + k) % 3}")))
                    for k in range(3)
                ]
                stream.take(CHAT, items)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    opened = streams(place, 4)
    threads = [threading.Thread(target=run, args=(n, s)) for n, s in enumerate(opened)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    for stream in opened:
        stream.close()
    rows = tallies(place)
    assert sum(row.items for row in rows) == 4 * 12 * 3
    matches = sum(row.items for row in rows if row.outcome == "match")
    reader = CaseReader(place.database)
    cases = [reader.one(row.id) for row in reader.all()]
    assert len(cases) == len({case.account for case in cases}) == 3
    assert sum(1 + item.seen_again for case in cases for item in case.items) == matches
    with place.database.read() as connection:
        contents = connection.execute(select(schema.case_items.c.account, schema.case_items.c.content)).all()
    assert len(contents) == len(set(contents))
    assert all([i.position for i in case.items] == list(range(len(case.items))) for case in cases)


def test_a_stream_over_midnight(rig: Rig) -> None:
    rig.clock.set("2025-06-02T23:59:58Z")
    stream = rig.place.stream()

    def send(identity: str) -> bool:
        return stream.take(CHAT, [Arrived(identity, picture(90), Provenance(party("a")))])[0].recorded.already

    assert [send("1"), send("1"), send("2")] == [False, True, False]
    rig.clock.advance(seconds=5)
    assert [send("1"), send("3"), send("3")] == [False, False, True]
    assert [(row.day.isoformat(), row.items) for row in tallies(rig.place)] == [("2025-06-02", 2)]
    stream.close()
    stream.close()
    assert sum(row.items for row in tallies(rig.place)) == 4


def test_a_stream_after_a_crash_goes_on_with_the_day(rig: Rig, opening: Opening) -> None:
    first = rig.place.stream()
    item = Arrived("1", picture(0), Provenance(party("a")))
    one = first.take(CHAT, [item])[0].recorded
    # The process dies here; another one starts.
    second = opening().stream()
    again = second.take(CHAT, [item, Arrived("2", picture(90), Provenance(party("a")))])
    assert [a.recorded.already for a in again] == [True, False]
    assert one.case is not None
    second.close()
    assert sum(row.items for row in tallies(rig.place)) == 2


def test_a_stream_outlives_the_end_of_another(rig: Rig, opening: Opening) -> None:
    """Two servers share the batch of the day; the one that stops closes it under the other's feet."""
    one, two = rig.place.stream(), opening().stream()
    for n, stream in enumerate((one, two)):
        stream.take(CHAT, [Arrived(f"{n}", picture(90), Provenance(party("a")))])
    one.close()
    answers = two.take(CHAT, [Arrived("3", picture(0), Provenance(party("a")))])
    assert answers[0].recorded.outcome is Outcome.MATCH
    two.close()
    assert sum(row.items for row in tallies(rig.place)) == 3
    assert dump(rig.place.database, only_projections=False)["batches"] == []


def test_threads_over_midnight(rig: Rig) -> None:
    """The day changes while items arrive in several threads: each is counted once, none is refused."""
    rig.clock.set("2025-06-02T23:59:59Z")
    stream = rig.place.stream()
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            for n in range(15):
                stream.take(CHAT, [Arrived(f"{number}-{n}", picture(90), Provenance(party("a")))])
                if n == 7:
                    rig.clock.advance(hours=6 * number)
        except BaseException as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=run, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    stream.close()
    assert not errors
    assert sum(row.items for row in tallies(rig.place)) == 45
