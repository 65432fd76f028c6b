"""What authorities may ask for, when it is answered and how long it is held, as a table (`legal_process.toml`)."""

from __future__ import annotations

import tomllib
from datetime import date
from importlib import resources
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tutela.events.obstacles import Obstacle, Phrase, Word

Does = Literal["preserve", "produce"]
Scope = Literal["content", "records"]


class BadLegalTable(ValueError):
    """The table of legal process cannot be used; the message names the entry and what to correct."""


class NoSuchKind(Obstacle, LookupError):
    """No kind of that name is in the table on that day; the message names those that are."""


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class LegalKind(_Row):
    """One kind of request or order. Days are calendar days from receipt, hours are elapsed ones."""

    id: str = Field(min_length=1, max_length=40, pattern=r"^[a-z0-9-]+$")
    title: str = Field(min_length=1)
    does: Does
    scope: Scope | None = None
    ground: Literal["court_order", "preservation_request", "authority_request"]
    first: date = Field(alias="from")
    last: date | None = Field(default=None, alias="to")
    answer_days: int | None = Field(default=None, ge=1, le=366)
    answer_hours: int | None = Field(default=None, ge=1, le=24 * 366)
    preserve_days: int | None = Field(default=None, ge=1, le=365)
    renewals: int = Field(default=0, ge=0, le=100)
    renewal_days: int | None = Field(default=None, ge=1, le=365)
    source: str = ""

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if (self.does == "produce") != (self.scope is not None):
            raise ValueError("what is produced has a scope, what is preserved has none")
        if self.answer_days is not None and self.answer_hours is not None:
            raise ValueError("it is answered within days or within hours, not both")
        return self

    def covers(self, day: date) -> bool:
        """Return whether a document received on this day can be of this kind."""
        return self.first <= day and (self.last is None or day <= self.last)


class Refusal(_Row):
    """A reason not to carry a request out."""

    id: str = Field(min_length=1, max_length=24, pattern=r"^[a-z_]+$")
    title: str = Field(min_length=1)
    article: str = ""


class LegalTable(BaseModel):
    """Kinds of requests, and reasons of refusals."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    kind: tuple[LegalKind, ...] = ()
    refusal: tuple[Refusal, ...] = ()

    @model_validator(mode="after")
    def _once(self) -> Self:
        for rows in (self.kind, self.refusal):
            names = [row.id for row in rows]
            if twice := sorted({name for name in names if names.count(name) > 1}):
                raise ValueError(f"{twice[0]} stands there twice")
        return self

    def on(self, day: date) -> list[LegalKind]:
        """Return the kinds of a day, in the order of the table."""
        return [kind for kind in self.kind if kind.covers(day)]

    def of(self, kind: str, day: date) -> LegalKind:
        """Return a kind for a document received on a day. Raises NoSuchKind."""
        found = next((one for one in self.on(day) if one.id == kind), None)
        if found is None:
            kinds = tuple(Word("legal_kind", one.id) for one in self.on(day))
            raise NoSuchKind(
                "no %(kind)s could be received on %(day)s; there is %(kinds)s",
                kind=repr(kind),
                day=str(day),
                kinds=kinds or Phrase("nothing"),
            )
        return found

    def named(self, kind: str) -> LegalKind | None:
        """Return a kind by its name, whenever it holds; none where the table has it no more."""
        return next((one for one in self.kind if one.id == kind), None)

    def why(self, reason: str) -> Refusal:
        """Return a reason of refusal. Raises NoSuchKind."""
        found = next((one for one in self.refusal if one.id == reason), None)
        if found is None:
            raise NoSuchKind(
                "a reason is one of %(reasons)s, not %(reason)s",
                reasons=tuple(Word("legal_refusal", one.id) for one in self.refusal),
                reason=repr(reason),
            )
        return found


def load(path: Path | None = None) -> LegalTable:
    """Return the table in `path`, or the one that Tutela ships; raises BadLegalTable."""
    shown = path or "legal_process.toml"
    try:
        text = (
            path.read_text("utf-8")
            if path
            else resources.files("tutela.regimes").joinpath("legal_process.toml").read_text("utf-8")
        )
        written: dict[str, Any] = tomllib.loads(text)
        return LegalTable.model_validate(written)
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        raise BadLegalTable(f"{shown}: {'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadLegalTable(f"{shown}: {error}") from error
