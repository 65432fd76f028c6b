"""The commands by their names; the module of each is imported when the command is called."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any, cast

from typer import Typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command_from_info, get_group_from_info
from typer.models import CommandInfo, TyperInfo

MODULES = {
    "scan": "scan:scan",
    "hash": "hashing:hash_files",
    "lookup": "lookup:lookup",
    "try": "trying:try_change",
    "serve": "serve:serve",
    "return": "returns:yearly_return",
    "hashlist": "hashlists:app",
    "entry": "entries:app",
    "index": "indexes:app",
    "sample": "samples:app",
    "service": "services:app",
    "regime": "services:regime_app",
    "case": "cases:app",
    "complaint": "complaints:app",
    "referral": "referrals:app",
    "package": "packages:app",
    "legal": "legal:app",
    "transparency": "transparency:app",
    "platform": "platform:app",
    "quality": "quality:app",
    "conversations": "conversations:app",
    "person": "people:app",
    "key": "people:key_app",
    "retention": "retention:app",
    "keys": "retention:keys_app",
    "audit": "audit:app",
    "approval": "approvals:app",
    "export": "exporting:app",
    "authority": "authority:app",
    "statistics": "statistics:app",
    "simulate": "simulate:app",
    "governance": "governance:app",
    "dpo": "dpo:app",
    "events": "events:app",
    "db": "events:database_app",
    "calibrate": "calibrate:app",
    "sandbox": "sandboxes:app",
    "bench": "bench:app",
}
"""In the order of the help: the module in `tutela.cli`, and what stands for the command there."""

Command = TyperCommand | TyperGroup


class Commands(TyperGroup):
    """The group of all commands; importing every one of them takes longer than most commands run."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = _Loaded()


class _Loaded(MutableMapping[str, Any]):
    def __init__(self) -> None:
        self._names = dict.fromkeys(MODULES)
        self._found: dict[str, Command] = {}

    def __getitem__(self, name: str) -> Command:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._found:
            self._found[name] = _load(name)
        return self._found[name]

    def __setitem__(self, name: str, command: Command) -> None:
        self._names[name] = None
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._names[name]
        self._found.pop(name, None)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


def _load(name: str) -> Command:
    module, _, attribute = MODULES[name].partition(":")
    found = getattr(import_module(f"tutela.cli.{module}"), attribute)
    if isinstance(found, Typer):
        return get_group_from_info(
            TyperInfo(found, name=name), pretty_exceptions_short=True, suggest_commands=True, rich_markup_mode=None
        )
    return cast(
        TyperCommand,
        get_command_from_info(CommandInfo(name, callback=found), pretty_exceptions_short=True, rich_markup_mode=None),
    )
