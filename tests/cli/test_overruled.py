"""What a harmless list overrules is clean, and the scan says so."""

from __future__ import annotations

from pathlib import Path

from tests.cli.listing import folder_of, listed, value
from tests.commands import Tutela
from tests.rig import picture

ONE, TWO, THREE = picture(1), picture(2), picture(3)


def test_a_scan_tells_what_was_overruled(listing: Tutela, tmp_path: Path) -> None:
    files = folder_of(tmp_path / "files", one__png=ONE, two__png=TWO, three__png=THREE)
    listed(
        listing,
        "known",
        f"pdq:{value(ONE, bits=20)}",
        f"pdq:{value(TWO, bits=3)}",
        f"sha256:{value(THREE, 'sha256')}",
    )
    listed(
        listing,
        "looked-at",
        *(f"pdq:{value(data, bits=9)}" for data in (ONE, TWO, THREE)),
        harmless=True,
    )
    ran = listing("scan", files, "--json", "--jobs", "1")
    *items, summary = ran.lines
    by_name = {Path(line["path"]).name: line for line in items}
    one = by_name["one.png"]
    assert (one["outcome"], one["matches"], one["case"]) == ("clean", [], None)
    assert [(d["list"], d["entry"], d["technology"], d["distance"]) for d in one["overruled"]] == [
        ("known", 1, "pdq", 20)
    ]
    # What is nearer than the harmless entry stands, and so do bytes that are listed.
    for name in ("two.png", "three.png"):
        assert (by_name[name]["outcome"], by_name[name]["overruled"]) == ("match", [])
    assert (summary["overruled"], summary["outcomes"]["match"], summary["outcomes"]["clean"]) == (1, 2, 1)
    assert "1 with a match that a harmless list overrules" in listing("scan", files, "--dry-run", "--jobs", "1").out


def test_bytes_that_are_known_to_be_harmless_clear_everything(listing: Tutela, tmp_path: Path) -> None:
    files = folder_of(tmp_path / "files", one__png=ONE)
    listed(listing, "known", f"pdq:{value(ONE)}", f"sha256:{value(ONE, 'sha256')}")
    listed(listing, "looked-at", f"md5:{value(ONE, 'md5')}", harmless=True)
    line = listing("scan", files, "--json", "--jobs", "1").lines[0]
    assert (line["outcome"], sorted(d["technology"] for d in line["overruled"])) == ("clean", ["pdq", "sha256"])
