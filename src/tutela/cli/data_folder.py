"""The folder that `--data` named, remembered without importing what opens it."""

from __future__ import annotations

from pathlib import Path

_chosen: list[Path] = []


def choose_data_folder(folder: Path | None) -> None:
    """Remember it; none means the default."""
    _chosen[:] = [folder] if folder else []


def chosen_data_folder() -> Path | None:
    """Return it, if one was named."""
    return _chosen[0] if _chosen else None
