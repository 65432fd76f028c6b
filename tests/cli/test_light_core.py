"""The core runs without the extras: what they bring is hidden from the process."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXTRAS = ("argon2", "fastapi", "starlette", "uvicorn", "jinja2", "multipart", "python_multipart",
          "httpx", "lxml", "scipy", "psycopg", "onnxruntime",
          "authlib", "babel", "boto3", "botocore", "limits", "pyotp", "segno")  # fmt: skip
_WITHOUT = f"""
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {EXTRAS!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Hidden())
from tutela.cli.main import run
if __name__ == "__main__":
    sys.argv[0] = "tutela"
    run()
"""


@pytest.fixture
def core(tmp_path: Path) -> Path:
    script = tmp_path / "core.py"
    script.write_text(_WITHOUT)
    Image.effect_noise((200, 200), 90).convert("RGB").save(tmp_path / "a.png")
    (tmp_path / "scores.csv").write_text("score,label\n" + "0.1,0\n0.9,1\n" * 20)
    return script


def _run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(script), "--data", str(script.parent / "data"), *arguments]
    return subprocess.run(command, cwd=script.parent, capture_output=True, text=True, timeout=120, check=False)


def test_lists_hashing_scans_and_cases_need_the_core_alone(core: Path) -> None:
    made = _run(core, "hashlist", "create", "l", "--owner", "o", "--source", "s", "--jurisdiction", "SE")
    assert made.returncode == 0, made.stderr
    hashed = _run(core, "hash", "--json", "a.png")
    assert hashed.returncode == 0, hashed.stderr
    (core.parent / "a.jsonl").write_text(hashed.stdout)
    assert _run(core, "hashlist", "import", "l", "a.jsonl").returncode == 0
    scanned = _run(core, "scan", "a.png", "--json")
    assert scanned.returncode == 0, scanned.stderr
    assert '"outcome": "match"' in scanned.stdout
    assert _run(core, "case", "list").returncode == 0
    listed = _run(core, "referral", "list")
    assert listed.returncode == 0, listed.stderr


@pytest.mark.parametrize(
    ("arguments", "package"),
    [
        (("serve",), "uvicorn"),
        (("return", "--year", "2025", "--format", "html"), "jinja2"),
        (("dpo", "pack", "--out", "pack"), "jinja2"),
        (("calibrate", "scores.csv", "--target-fpr", "0.1"), "scipy"),
    ],
)
def test_what_needs_an_extra_says_so_in_one_line(core: Path, arguments: tuple[str, ...], package: str) -> None:
    told = _run(core, *arguments)
    assert told.returncode == 1
    assert package in told.stderr
    assert "pip install 'tutela[all]'" in told.stderr
    assert "Traceback" not in told.stderr
