"""Opens the installation that a command works on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from tutela.cli.data_folder import chosen_data_folder
from tutela.cli.exits import Exit
from tutela.cli.output import err, fail
from tutela.detection.matching.segments.layout import CorruptSegment
from tutela.detection.workers.nursing import NoWorkers
from tutela.events.envelope import Clock, system_clock
from tutela.regimes.regime import BadRegimeTable
from tutela.storage.database import WrongDatabase
from tutela.storage.evidence.keys import BrokenKey
from tutela.storage.evidence.vault import BrokenEvidence
from tutela.storage.settings import BadSettings, Settings, load_settings
from tutela.storage.workplace import Workplace


def settings() -> Settings:
    """Return the configuration; ends the command if it is bad."""
    try:
        return load_settings(chosen_data_folder())
    except BadSettings as error:
        fail(str(error), Exit.USAGE)


def rehearsal_clock(chosen: Settings) -> Clock:
    """Return the system's clock, or the moment that TUTELA_NOW sets, with a warning, where all of it is a rehearsal.

    In earnest nobody sets the time: what is recorded bears it, and evidence is erased by it.
    """
    moment = os.environ.get("TUTELA_NOW")
    if not moment:
        return system_clock
    if not chosen.rehearsal:
        path = chosen.data / "tutela.toml"
        fail(
            f"TUTELA_NOW sets the time of a rehearsal, and this installation is none. Unset it; or, where no real case "
            f"will ever be, write rehearsal = true at the top of {path}",
            Exit.USAGE,
        )
    try:
        fixed = datetime.fromisoformat(moment)
    except ValueError:
        fail(f"TUTELA_NOW is a time such as 2026-05-01T12:00:00Z, not {moment!r}", Exit.USAGE)
    fixed = fixed.replace(tzinfo=UTC) if fixed.tzinfo is None else fixed.astimezone(UTC)
    err.print(f"rehearsal: the time is set to {fixed.isoformat()} by TUTELA_NOW")
    return lambda: fixed


@contextmanager
def workplace() -> Iterator[Workplace]:
    """Open the installation, and close it at the end; known errors end the command with their message."""
    try:
        chosen = settings()
        with Workplace(chosen, rehearsal_clock(chosen)) as opened:
            yield opened
    except (WrongDatabase, BadSettings, BadRegimeTable) as error:
        fail(str(error), Exit.USAGE)
    except (BrokenKey, BrokenEvidence, CorruptSegment, NoWorkers) as error:
        fail(str(error))
