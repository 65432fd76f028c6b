"""The configuration: `tutela.toml` in the data folder, and environment variables that overrule it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from tutela.casework.policy import Policy
from tutela.content.item import Limits
from tutela.detection.fingerprints.embedding import IMAGENET_MEAN, IMAGENET_STD, EmbeddingSettings
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import Reporter
from tutela.regimes.permission import OtherGround


class BadSettings(ValueError):
    """The configuration cannot be used; the message names the setting and what to write."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Reporter(_Section):
    organisation: str
    first_name: str
    last_name: str
    email: str


class _OtherGround(_Section):
    id: str
    text: str


_SANDBOX = CyberTiplineSettings()
_USUAL = Limits()


class _CyberTipline(_Section):
    url: str = _SANDBOX.url
    user: str = _SANDBOX.user
    password: str = _SANDBOX.password
    target: str = _SANDBOX.target


class _Policy(_Section):
    remove_content: bool = True
    suspend_account: bool = True
    recipients: tuple[str, ...] = ("cybertipline",)


class _Limits(_Section):
    max_bytes: int = _USUAL.max_bytes
    max_pixels: int = _USUAL.max_pixels


class _Embedding(_Section):
    model: Path
    sha256: str
    threshold: int
    side: int = 224
    resize: int | None = None
    fit: Literal["stretch", "crop"] = "stretch"
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    output: str | None = None


class _File(_Section):
    database_url: str | None = None
    regimes: Path | None = None
    reporter: _Reporter | None = None
    other_ground: _OtherGround | None = None
    cybertipline: _CyberTipline = _CyberTipline()
    policy: _Policy = _Policy()
    limits: _Limits = _Limits()
    thresholds: dict[str, int] = {}
    embedding: _Embedding | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. `data` holds database, keys and evidence unless told otherwise."""

    data: Path
    database_url: str
    regimes: Path | None
    reporter: Reporter | None
    other_ground: OtherGround | None
    cybertipline: CyberTiplineSettings
    policy: Policy
    limits: Limits
    thresholds: Mapping[str, int]
    embedding: EmbeddingSettings | None


def default_data_folder(environment: Mapping[str, str]) -> Path:
    """Return $TUTELA_DATA, or the user's own data folder."""
    if chosen := environment.get("TUTELA_DATA"):
        return Path(chosen)
    base = environment.get("XDG_DATA_HOME")
    return (Path(base) if base else Path.home() / ".local" / "share") / "tutela"


def load_settings(data: Path | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the configuration; raises BadSettings."""
    env = os.environ if environment is None else environment
    folder = (data or default_data_folder(env)).absolute()
    path = folder / "tutela.toml"
    try:
        written: dict[str, Any] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
        _overrule(written, env)
        parsed = _File.model_validate(written)
        return Settings(
            data=folder,
            database_url=parsed.database_url or f"sqlite:///{folder / 'tutela.sqlite'}",
            regimes=parsed.regimes,
            reporter=Reporter(**parsed.reporter.model_dump()) if parsed.reporter else None,
            other_ground=OtherGround(parsed.other_ground.id, parsed.other_ground.text) if parsed.other_ground else None,
            cybertipline=CyberTiplineSettings(**parsed.cybertipline.model_dump()),
            policy=Policy(**parsed.policy.model_dump()),
            limits=Limits(**parsed.limits.model_dump()),
            thresholds=parsed.thresholds,
            embedding=_embedding(parsed.embedding, folder),
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        message = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise BadSettings(f"{path}, or the environment: {where}: {message}") from error
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path}, or the environment: {error}") from error


def _embedding(written: _Embedding | None, folder: Path) -> EmbeddingSettings | None:
    if written is None:
        return None
    try:
        # A relative path is taken from the data folder, where the file that names it lies.
        return EmbeddingSettings(**{**written.model_dump(), "model": folder / written.model})
    except ValueError as error:
        raise ValueError(f"embedding: {error}") from error


def _overrule(written: dict[str, Any], env: Mapping[str, str]) -> None:
    if url := env.get("TUTELA_DATABASE_URL"):
        written["database_url"] = url
    if regimes := env.get("TUTELA_REGIMES"):
        written["regimes"] = regimes
    if ground := env.get("TUTELA_OTHER_GROUND"):
        id_, separator, text = ground.partition(":")
        if not separator:
            raise ValueError("TUTELA_OTHER_GROUND is an id, a colon and the reference that the ground rests on")
        written["other_ground"] = {"id": id_.strip(), "text": text.strip()}
    for name in ("url", "user", "password", "target"):
        if (value := env.get(f"TUTELA_CYBERTIPLINE_{name.upper()}")) is not None:
            section = written.setdefault("cybertipline", {})
            if not isinstance(section, dict):
                raise ValueError("cybertipline is a section: write [cybertipline]")
            section[name] = value
