"""The documents are true: commands run as they stand, links lead somewhere, tables name what the code has."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest
from fastapi.routing import APIRoute
from PIL import Image, ImageOps

from tutela.access.roles import KEY_SCOPES
from tutela.cli.exits import Exit
from tutela.content.item import Outcome
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matching.metrics import farthest
from tutela.detection.matching.shape import shape_of
from tutela.referral.cybertipline.errors import BY_CODE
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.package.manifest import Manifest
from tutela.sandboxes.cybertipline import running
from tutela.statistics.provider_return.form import form_rows
from tutela.storage.platform.call_contents import MAKERS
from tutela.storage.settings import load_settings
from tutela.web.app import API
from tutela.web.platform.signing import parse_secret, read_secrets, signed_headers

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.DOTALL | re.MULTILINE)
_TOML = re.compile(r"^```toml\n(.*?)^```", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)#]+)(?:#[^)]*)?\)")


def _bridge() -> Image.Image:
    generator = np.random.default_rng(5)
    coarse = Image.fromarray(generator.integers(0, 256, (12, 16, 3), dtype=np.uint8))
    return coarse.resize((640, 480), Image.Resampling.BICUBIC)


@pytest.fixture
def workshop(tmp_path: Path) -> Path:
    """A folder as the tutorial supposes it."""
    (tmp_path / "photos").mkdir()
    (tmp_path / "copies").mkdir()
    bridge = _bridge()
    bridge.save(tmp_path / "photos" / "bridge.jpg", quality=90)
    ImageOps.mirror(bridge).resize((400, 300)).save(tmp_path / "copies" / "mirrored.png")
    Image.effect_noise((300, 200), 80).convert("RGB").save(tmp_path / "copies" / "other.jpg")
    (tmp_path / "copies" / "note.txt").write_text("Good morning")
    return tmp_path


def _run(block: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
    }
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", block],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_the_tutorial_runs_as_it_is_written(workshop: Path) -> None:
    text = (ROOT / "docs/tutorial/first-scan.md").read_text("utf-8")
    blocks = _BLOCK.findall(text)
    assert len(blocks) >= 6
    done = _run("\n".join(blocks), workshop)
    assert done.returncode == 0, done.stderr
    assert re.search(r"match +1\b", done.stdout)
    assert "no legal regime covers EU communications on 2026-05-01" in done.stderr
    page = (workshop / "return-2026" / "return.html").read_text("utf-8")
    assert "Yearly return 2026" in page


def test_what_lies_within_files_is_found_as_it_is_written(workshop: Path) -> None:
    text = (ROOT / "docs/how-to/look-into-items.md").read_text("utf-8")
    done = _run("\n".join(_BLOCK.findall(text)), workshop)
    assert done.returncode == 0, done.stderr
    shown = " ".join(done.stdout.split())
    assert "at inner.zip > mirrored.png" in shown
    assert "at file 1 > copies/mirrored.png" in shown or "at backup.tar > copies/mirrored.png" in shown
    settings = workshop / "settings"
    settings.mkdir()
    (settings / "tutela.toml").write_text("".join(_TOML.findall(text)), "utf-8")
    assert load_settings(settings).limits.max_depth == 12


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    targets = [t for t in _LINK.findall(page.read_text("utf-8")) if not t.startswith(("http:", "https:", "mailto:"))]
    missing = [t for t in targets if not (page.parent / t).exists()]
    assert not missing


def test_every_page_of_the_documentation_is_linked_from_its_index() -> None:
    index = (ROOT / "docs/README.md").read_text("utf-8") + (ROOT / "docs/decisions/README.md").read_text("utf-8")
    pages = [p for p in PAGES if p.is_relative_to(ROOT / "docs") and p.name != "README.md"]
    assert [p.name for p in pages if p.name not in index] == []


def test_the_exit_codes_are_those_of_the_command() -> None:
    text = (ROOT / "docs/reference/command.md").read_text("utf-8")
    assert {int(code) for code in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)} == {int(code) for code in Exit}


def test_the_environment_is_what_the_code_reads() -> None:
    text = (ROOT / "docs/reference/command.md").read_text("utf-8")
    named = set(re.findall(r"`(TUTELA_\w+)`", text))
    source = "".join(p.read_text("utf-8") for p in (ROOT / "src").rglob("*.py"))
    read = set(re.findall(r'"(TUTELA_[A-Z_]+)"', source))
    assert read <= named | {"TUTELA_CYBERTIPLINE_"}
    assert {"TUTELA_DATA", "TUTELA_DATABASE_URL", "TUTELA_OTHER_GROUND", "TUTELA_NOW"} <= read


def test_the_requests_of_the_api_are_those_of_the_code() -> None:
    text = (ROOT / "docs/reference/http.md").read_text("utf-8")
    written = set(re.findall(r"^\| `([A-Z]+ /[^`]*)` \|", text, re.MULTILINE))
    routes = [route for router in API for route in router.routes if isinstance(route, APIRoute)]
    assert written == {f"{method} {route.path}" for route in routes for method in route.methods or ()}
    assert set(re.findall(r"^\| `[A-Z]+ /[^`]*` \| `(\w+)` \|", text, re.MULTILINE)) == set(KEY_SCOPES)


def test_the_outcomes_and_the_form_are_those_of_the_code() -> None:
    lines = (ROOT / "docs/reference/scan-lines.md").read_text("utf-8")
    assert all(f"`{outcome.value}`" in lines for outcome in Outcome)
    assert f"{len(form_rows())} rows" in (ROOT / "docs/reference/return.md").read_text("utf-8")


def test_the_kinds_of_fingerprint_are_those_of_the_code() -> None:
    text = (ROOT / "docs/reference/fingerprints.md").read_text("utf-8")
    rows = {cells[0]: cells for cells in re.findall(r"^\| `([\w.-]+)` \|(.*)\|$", text, re.MULTILINE)}
    kinds = installed_kinds()
    assert set(rows) == {*kinds, "embedding-..."}
    for name, kind in kinds.items():
        written = rows[name][1]
        assert f"{kind.BYTES} bytes" in written
        assert kind.UNIT in written
        assert not kind.UNIT or f"0 to {farthest(shape_of(kind)):,}" in written
        assert not kind.THRESHOLD or f"| {kind.THRESHOLD} |" in written
        assert (kind.NEEDS == "pixels") is ("pixels, in 8 orientations" in written)
        assert (kind.NEEDS == "video") is ("of a video" in written)


def test_the_configuration_that_is_shown_is_one_and_names_every_setting(tmp_path: Path) -> None:
    text = (ROOT / "docs/reference/configuration.md").read_text("utf-8")
    (shown,) = _TOML.findall(text)
    (tmp_path / "tutela.toml").write_text(shown, "utf-8")
    settings = load_settings(tmp_path, {})
    assert settings.embedding is not None
    section = shown.partition("[embedding]")[2]
    for field in fields(settings.embedding):
        assert re.search(rf"^(# )?{field.name} = ", section, re.MULTILINE), field.name
    for block in _TOML.findall((ROOT / "docs/how-to/vectors.md").read_text("utf-8")):
        (tmp_path / "tutela.toml").write_text(block.replace('"..."', f'"{"0" * 64}"'), "utf-8")
        load_settings(tmp_path, {})


def test_the_make_targets_of_the_readme_exist() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    text = "".join(p.read_text("utf-8") for p in PAGES)
    named = set(re.findall(r"`?make ([a-z]+)\b", text)) - {"and", "a", "it", "the", "each", "something"}
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    assert {
        n for n in named if n in {"demo", "test", "lint", "docs", "setup", "soak", "bench", "lock", "help"}
    } <= targets
    assert {"demo", "test"} <= named & targets


def test_the_receiver_of_the_documentation_judges_as_the_specification_does() -> None:
    """Its code is run as it is written, on calls that this version signs."""
    text = (ROOT / "docs/how-to/platform.md").read_text("utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    names: dict[str, Any] = {}
    exec(compile(code, "platform.md", "exec"), names)  # noqa: S102 - the example of our own page
    secrets = [parse_secret("whsec_" + letter * 44) for letter in "AB"]
    headers = signed_headers(secrets, "call-1", 1_750_000_000, b"{}")
    for secrets_of_receiver, body, now, good in (
        (["whsec_" + "A" * 44], b"{}", 1_750_000_000, True),
        (["whsec_" + "C" * 44, "whsec_" + "B" * 44], b"{}", 1_750_000_290, True),
        (["whsec_" + "C" * 44], b"{}", 1_750_000_000, False),
        (["whsec_" + "A" * 44], b"{ }", 1_750_000_000, False),
        (["whsec_" + "A" * 44], b"{}", 1_750_000_301, False),
    ):
        assert names["verified"](secrets_of_receiver, headers, body, now) is good
    assert not names["verified"](["whsec_" + "A" * 44], {}, b"{}", 1_750_000_000)


def test_the_how_to_of_the_platform_runs_and_its_settings_are_some(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/platform.md").read_text("utf-8")
    done = _run("\n".join(_BLOCK.findall(text)), tmp_path)
    assert done.returncode == 0, done.stderr
    (secret,) = read_secrets(tmp_path / "secrets" / "platform")
    assert len(secret) == 32
    for block in _TOML.findall(text):
        (tmp_path / "tutela.toml").write_text(block, "utf-8")
        load_settings(tmp_path, {})
    assert {f"`{name}`" for name in MAKERS} <= set(re.findall(r"^\| (`[a-z._]+`) \|", text, re.MULTILINE))


def test_the_how_to_of_a_report_files_one_in_a_dozen_lines(tmp_path: Path) -> None:
    """Against the sandbox at another port, from a process that has neither a database nor a server."""
    text = (ROOT / "docs/how-to/file-a-report.md").read_text("utf-8")
    script, target = re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    assert len([line for line in script.splitlines() if line and not line.startswith(("from", "import"))]) <= 10
    (tmp_path / "bridge.jpg").write_bytes(b"a bridge")
    loaded = "import sys\nprint(sorted(sys.modules))\n"
    with running(user="sandbox", password="sandbox") as sandbox:
        here = (target + script).replace("http://127.0.0.1:8640/ispws", sandbox.base_url)
        (tmp_path / "file.py").write_text(here.replace("CyberTiplineClient()", "CyberTiplineClient(sandbox)") + loaded)
        done = _run("python file.py", tmp_path)
        assert done.returncode == 0, done.stderr
        (report,) = httpx.get(f"{sandbox.sandbox_url}/ledger.json", auth=("sandbox", "sandbox")).json()["reports"]
    assert (report["state"], [f["name"] for f in report["files"]]) == ("finished", ["bridge.jpg"])
    assert f"report_id={report['id']}" in done.stdout
    for package in ("tutela.storage", "tutela.casework", "tutela.web", "sqlalchemy", "fastapi", "starlette", "numpy"):
        assert f"'{package}'" not in done.stdout
    default = CyberTiplineSettings()
    assert f'url="{default.url}", user="{default.user}", password="{default.password}"' in target


def test_the_errors_of_the_client_are_those_of_the_code() -> None:
    text = (ROOT / "docs/reference/cybertipline.md").read_text("utf-8")
    rows = re.findall(r"^\| ([\d, ]+) \| `(\w+)` \| (\w+) \|$", text, re.MULTILINE)
    written = {int(code): (name, retry) for codes, name, retry in rows for code in codes.split(",")}
    assert written == {int(code): (kind.__name__, kind("x").retry.value) for code, kind in BY_CODE.items()}


def test_the_how_to_of_the_contact_point_runs_and_its_settings_are_some(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/national-contact-point.md").read_text("utf-8")
    done = _run("\n".join(_BLOCK.findall(text)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert len((tmp_path / "lantern-signer").read_text().strip()) == 44
    assert (tmp_path / "authority" / "ncp.pub").read_text().startswith("encryption age1")
    for block in _TOML.findall(text):
        (tmp_path / "tutela.toml").write_text(block, "utf-8")
        load_settings(tmp_path, {})


def test_the_keys_of_the_manifest_are_those_of_the_code() -> None:
    text = (ROOT / "docs/reference/package.md").read_text("utf-8")
    section = text.partition("## The manifest")[2].partition("\n## ")[0]
    assert set(Manifest.model_fields) - {"form", "made_at"} <= set(re.findall(r"`(\w+)`", section))


def test_the_how_to_of_the_transparency_database_runs_and_its_settings_are_some(tmp_path: Path) -> None:
    text = (ROOT / "docs/how-to/transparency-database.md").read_text("utf-8")
    done = _run("\n".join(_BLOCK.findall(text)), tmp_path)
    assert done.returncode == 0, done.stderr
    assert "nothing is due" in done.stderr
    for block in _TOML.findall(text):
        (tmp_path / "tutela.toml").write_text(block, "utf-8")
        assert load_settings(tmp_path, {}).transparency.territorial_scope == ("SE", "FI")
