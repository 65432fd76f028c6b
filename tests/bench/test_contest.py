"""The harness on small lists: what it says of our index, and what it does without a peer."""

from __future__ import annotations

from pathlib import Path

import pytest

import bench.peers
from bench import answers
from bench.answers import Agreement
from bench.contest import FLAT, OURS, Contest, Plan
from bench.contestant import Contestant, GaveUpError
from bench.engine import MissingPeerError, pairs_of
from bench.matching import measure, table


def test_each_pair_counts_and_one_at_another_distance_is_wrong() -> None:
    agreement = Agreement()
    truth = {(0, 5, 31), (1, 7, 0), (9, 1, 1)}
    agreement.add({(0, 5, 30), (1, 7, 0), (1, 8, 2), (9, 9, 9)}, truth, queries=2)
    assert (agreement.right, agreement.missed, agreement.wrong) == (1, 1, 2)
    assert agreement.recall == 0.5
    assert Agreement().recall is None


def test_pairs_survive_the_way_to_a_set() -> None:
    assert answers.rows(pairs_of([(0, 2**40, 31), (3, 0, 0)])) == {(0, 2**40, 31), (3, 0, 0)}
    assert answers.rows(pairs_of([])) == set()


def test_a_contest_measures_ours_alone(tmp_path: Path) -> None:
    figures = measure(Plan(entries=500, runs=2, seconds=0.01, engines=(OURS,), work=tmp_path))
    assert figures["planted_found"] == figures["planted_asked"] > 0
    assert figures["queries_per_s"] > 0
    assert figures["bytes_per_entry"] >= 32
    # Nothing is invented for peers that did not take part.
    assert figures["vs_faiss_flat_single"] is figures["vs_pytx"] is figures["recall"] is None
    assert OURS in table(figures)
    assert list(tmp_path.iterdir()) == []


def test_a_peer_beyond_its_time_is_left_out_and_named(tmp_path: Path) -> None:
    plan = Plan(entries=200_000, runs=1, seconds=0.01, limit=0.0, engines=(OURS,), work=tmp_path)
    held = Contest(plan, None, lambda _: None).hold()
    assert "within 0 seconds" in held["engines"][OURS]["skipped"]


def test_a_peer_that_is_not_installed_says_how_to_get_it() -> None:
    with pytest.raises(MissingPeerError, match=r"not-there is not installed .*make \.venv/\.bench"):
        bench.peers.peer("not_there_at_all", "not-there")


def test_a_worker_that_dies_is_reported() -> None:
    with Contestant(OURS, limit=60) as contestant:
        with pytest.raises(GaveUpError, match="ended with code 1"):
            contestant.tell("build", values="/nowhere.npy", folder="/nowhere")
        with pytest.raises(GaveUpError):
            contestant.tell("about")


def _faiss_is_there() -> bool:
    try:
        bench.peers.peer("faiss", "faiss-cpu")
    except MissingPeerError:
        return False
    return True


if _faiss_is_there():

    def test_faiss_is_the_oracle_of_recall(tmp_path: Path) -> None:
        figures = measure(Plan(entries=2000, runs=2, seconds=0.02, engines=(FLAT, OURS), work=tmp_path))
        assert figures["recall"] == 1.0
        assert figures["oracle_pairs"] >= 4
        assert figures["agreement"]["single"]["wrong"] == figures["agreement"]["batch"]["wrong"] == 0
        assert len(figures["vs_faiss_flat_single_runs"]) == 2
