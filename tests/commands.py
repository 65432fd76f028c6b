"""Runs the real tutela command in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from typer.testing import CliRunner

from tutela.cli.main import app

TUTELA = Path(sys.executable).with_name("tutela")
ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its standard output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass
class Tutela:
    """The command with a data folder and an environment of its own; nothing of the user's environment is seen."""

    data: Path
    environment: Mapping[str, str] = field(default_factory=dict)

    def env(self, **more: str) -> dict[str, str]:
        """Return the environment that a command runs in."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("TUTELA_", "COV_"))}
        return {
            **kept,
            "TUTELA_DATA": str(self.data),
            "COLUMNS": "200",
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "error::ResourceWarning",
            **self.environment,
            **more,
        }

    def rehearse(self) -> None:
        """Let the installation be one whose time can be set."""
        path = self.data / "tutela.toml"
        text = path.read_text("utf-8") if path.exists() else ""
        if "rehearsal = true" not in text:
            self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_text(f"rehearsal = true\n{text}", "utf-8")

    def at(self, now: str | None) -> dict[str, str]:
        """Return what sets the time, in an installation that is a rehearsal from then on."""
        if not now:
            return {}
        self.rehearse()
        return {"TUTELA_NOW": now}

    def __call__(self, *arguments: str | bytes | Path, stdin: bytes = b"", now: str | None = None, **env: str) -> Ran:
        """Run it to its end."""
        more = {**env, **self.at(now)}
        done = subprocess.run(
            [os.fsencode(TUTELA), *(os.fsencode(a) for a in arguments)],
            input=stdin,
            capture_output=True,
            env=self.env(**more),
            timeout=240,
            check=False,
        )
        ran = Ran(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
        assert "Traceback" not in ran.err, ran.err
        return ran


@dataclass
class InProcess(Tutela):
    """The same command within this process: faster, for what does not depend on a process of its own."""

    def __call__(self, *arguments: str | bytes | Path, stdin: bytes = b"", now: str | None = None, **env: str) -> Ran:
        """Run it to its end."""
        more = {**env, **self.at(now)}
        wanted = self.env(**more)
        hidden: dict[str, str | None] = {k: None for k in os.environ if k.startswith("TUTELA_")}
        given = {k: v for k, v in wanted.items() if k == "COLUMNS" or k.startswith("TUTELA_")}
        result = CliRunner().invoke(
            app, [os.fsdecode(a) for a in arguments], input=stdin, env=hidden | given, catch_exceptions=False
        )
        return Ran(result.exit_code, result.stdout, result.stderr)
