"""What `demo.check` finds wrong, and that it finds nothing wrong with a year that is right."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from demo.check import problems
from demo.edits import EDITS

GOOD: dict[str, Any] = {
    "items": 12,
    "outcomes": {"match": 5, "clean": 4, "undecodable": 1, "unsupported": 1, "over_limit": 1, "error": 0},
    "cases": 3,
    "cases_by_state": {"open": 1, "held": 1, "reported": 1},
    "tallied": 12,
    "processed_eu": 12,
    "flagged": 4,
    "seen_again": 1,
    "reports_filed": 1,
    "reports_finished_at_sandbox": 1,
    "failed_reports": 1,
    "calls": {
        "delivered": 6, "delivered_twice": 0, "received": 7, "not_received": 0, "unknown": 0,
        "failed_tries": 1, "waiting": 1, "dead": 0,
    },
    "counted": {
        "cases_opened": 3, "items_flagged": 4, "items_repeated": 1, "complaints_lodged": 3, "reports_filed": 1
    },
    "quality": {"second_reviews": 2, "disagreements": 1, "golden_planted": 1, "canaries": 2, "canaries_passed": 2},
    "entries": {"clusters": 1, "wrong": 1, "suspended": 1, "own_verified": 1, "cases_reopened": 1},
    "redress": {
        "complaints": 2, "judicial": 1, "upheld": 1, "rejected": 1, "reversed": 1, "notices": 1, "deferred": 1
    },
    "erased": 1,
    "held": 1,
    "waiting": {"open": 1, "held": 1, "complaints": 1},
    "false_matches": 0,
    "by_edit": {name: {"label": edit.label, "planted": 10, "found": 9} for name, edit in EDITS.items()},
    "return_figures": {"1.images_eu": 11, "1.other_files_eu": 1, "1.images_non_eu": 3, "4.known.reports": 1},
    "union": {"questions": 17, "proved": 17, "published_wrong": 15, "most_off_percent": 88},
}  # fmt: skip


def test_nothing_is_wrong_with_a_year_that_is_right() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        (("outcomes", "clean"), 3, "the outcomes do not add up"),
        (("cases_by_state", "held"), 2, "the states do not add up"),
        (("reports_finished_at_sandbox",), 2, "finished reports differ"),
        (("calls", "not_received"), 1, "signed calls went wrong"),
        (("calls", "unknown"), 1, "signed calls went wrong"),
        (("tallied",), 13, "items tallied: 13"),
        (("counted", "cases_opened"), 5, "cases opened, by the overview: 5, and by the simulation: 3"),
        (("counted", "items_flagged"), 6, "items flagged"),
        (
            ("return_figures", "1.images_eu"),
            12,
            "items of users in the Union, by the return: 13, and by the simulation: 12",
        ),
        (("by_edit", "copy", "found"), 8, "only 8 of 10 copies were found"),
        (("false_matches",), 1, "1 pictures matched by chance"),
        (("quality", "canaries_passed"), 0, "0 of 2 canaries came through"),
        (("redress", "deferred"), 0, "none of this: redress: deferred"),
        (("erased",), 0, "none of this: cases erased"),
        (("union", "proved"), 16, "the made-up Union: bounds must hold the truth"),
        (("union", "published_wrong"), 0, "published numbers err"),
    ],
)
def test_what_is_wrong_is_named(path: tuple[str, ...], value: int, said: str) -> None:
    summary = copy.deepcopy(GOOD)
    place = summary
    for name in path[:-1]:
        place = place[name]
    place[path[-1]] = value
    found = problems(summary)
    assert len([problem for problem in found if said in problem]) == 1
