"""The configuration: `tutela.toml` in the data folder, and environment variables that overrule it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from tutela.access.entrance import Entrance, OpenIdSettings, Rates
from tutela.casework.care import CareLimits
from tutela.casework.claims import DeskRules
from tutela.casework.clocks import RetentionPolicy
from tutela.casework.entries.rules import EntryRules
from tutela.casework.legal.policy import LegalPolicy
from tutela.casework.notice_texts import languages
from tutela.casework.platform_target import PlatformSettings
from tutela.casework.policy import Policy
from tutela.casework.quality.rules import QualityRules
from tutela.casework.queues import QueueRule, Queues
from tutela.casework.redress_policy import RedressPolicy
from tutela.content.item import Limits, VideoLimits
from tutela.detection.clip_matching import ClipRules
from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.workers.budget import Budget
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import Reporter
from tutela.referral.package.target import PackageSettings
from tutela.referral.times import ReportRules
from tutela.referral.transparency.target import TransparencySettings
from tutela.regimes.permission import OtherGround
from tutela.statistics.small_counts import SmallCounts
from tutela.storage.evidence.blobs.s3 import S3Settings
from tutela.storage.evidence.master_keys.service import KeyServiceSettings
from tutela.storage.evidence.plain_keys import PACKAGES_KEY
from tutela.storage.settings_file import (
    AccessSection,
    DecodingSection,
    EmbeddingSection,
    EvidenceSection,
    KeysSection,
    LimitsSection,
    OpenIdSection,
    PackagesSection,
    PlatformSection,
    SettingsFile,
    TransparencySection,
)


class BadSettings(ValueError):
    """The configuration cannot be used; the message names the setting and what to write."""


@dataclass(frozen=True, slots=True)
class SuspendedAccountsSettings:
    """Why, and for how many days, a suspended account is kept from returning. Without it no list is kept."""

    ground: str
    days: int

    def __post_init__(self) -> None:
        if not self.ground.strip():
            raise ValueError("suspended_accounts.ground: name the legal ground that the list rests on")
        if not 1 <= self.days <= 3650:
            raise ValueError("suspended_accounts.days: from 1 to 3650")


@dataclass(frozen=True, slots=True)
class Settings:
    """What an operator decides. `data` holds database, keys and evidence unless told otherwise."""

    data: Path
    database_url: str
    regimes: Path | None
    reporter: Reporter | None
    other_ground: OtherGround | None
    cybertipline: CyberTiplineSettings
    national_contact_point: PackageSettings
    eu_centre: PackageSettings
    transparency: TransparencySettings
    platform: PlatformSettings
    policy: Policy
    redress: RedressPolicy
    queues: Queues
    desk: DeskRules
    care: CareLimits
    entries: EntryRules
    limits: Limits
    clips: ClipRules
    thresholds: Mapping[str, int]
    embedding: EmbeddingSettings | None
    key_service: KeyServiceSettings | None = None
    s3: S3Settings | None = None
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    retention_table: Path | None = None
    suspended_accounts: SuspendedAccountsSettings | None = None
    legal: LegalPolicy = field(default_factory=LegalPolicy)
    legal_table: Path | None = None
    entrance: Entrance = field(default_factory=Entrance)
    quality: QualityRules = field(default_factory=QualityRules)
    rehearsal: bool = False
    reports: ReportRules = field(default_factory=ReportRules)
    budget: Budget = field(default_factory=Budget)
    workers: int = 1
    small_counts: SmallCounts = field(default_factory=SmallCounts)


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
        parsed = SettingsFile.model_validate(written)
        if parsed.rehearsal and "production" in (parsed.cybertipline.target, parsed.platform.target):
            raise ValueError("rehearsal: an installation that reaches production is none; take the line out")
        return Settings(
            data=folder,
            database_url=parsed.database_url or f"sqlite:///{folder / 'tutela.sqlite'}",
            regimes=parsed.regimes,
            reporter=Reporter(**parsed.reporter.model_dump()) if parsed.reporter else None,
            other_ground=OtherGround(parsed.other_ground.id, parsed.other_ground.text) if parsed.other_ground else None,
            cybertipline=CyberTiplineSettings(**parsed.cybertipline.model_dump()),
            national_contact_point=_packages("national_contact_point", parsed.national_contact_point, folder),
            eu_centre=_packages("eu_centre", parsed.eu_centre, folder),
            transparency=_transparency(parsed.transparency, folder),
            platform=_platform(parsed.platform, folder),
            policy=Policy(**parsed.policy.model_dump()),
            redress=redress_policy(parsed.redress.model_dump()),
            queues=Queues([QueueRule(**queue.model_dump()) for queue in parsed.queues]),
            desk=DeskRules(**parsed.desk.model_dump()),
            care=CareLimits(**parsed.care.model_dump()),
            entries=EntryRules(**parsed.entries.model_dump()),
            limits=_limits(parsed),
            budget=_budget(parsed.limits, parsed.decoding),
            workers=parsed.decoding.workers,
            clips=ClipRules(**parsed.video.model_dump(include={f.name for f in fields(ClipRules)})),
            thresholds=parsed.thresholds,
            embedding=_embedding(parsed.embedding, folder),
            key_service=_key_service(parsed.keys, folder),
            s3=_s3(parsed.evidence),
            retention=RetentionPolicy(**parsed.retention.model_dump(exclude={"table"})),
            retention_table=folder / parsed.retention.table if parsed.retention.table else None,
            suspended_accounts=(
                SuspendedAccountsSettings(**parsed.suspended_accounts.model_dump())
                if parsed.suspended_accounts
                else None
            ),
            legal=LegalPolicy(**parsed.legal.model_dump(exclude={"table"})),
            legal_table=folder / parsed.legal.table if parsed.legal.table else None,
            entrance=_entrance(parsed.access, parsed.oidc, folder),
            quality=parsed.quality.rules(),
            reports=ReportRules(**parsed.reports.model_dump()),
            small_counts=SmallCounts(**parsed.small_counts.model_dump()),
            rehearsal=parsed.rehearsal,
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        message = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise BadSettings(f"{path}, or the environment: {where}: {message}") from error
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path}, or the environment: {error}") from error


def _budget(limits: LimitsSection, decoding: DecodingSection) -> Budget:
    return Budget(
        memory=limits.max_memory,
        seconds=limits.max_seconds,
        cpu_seconds=limits.max_cpu_seconds,
        answer=limits.max_answer,
        items=decoding.items_per_worker,
    )


def redress_policy(written: Mapping[str, Any]) -> RedressPolicy:
    """Return what was configured of redress; raises ValueError, also for a language that notices do not have."""
    policy = RedressPolicy(**written)
    if policy.language not in languages():
        raise ValueError(f"redress.language is one of {', '.join(languages())}, not {policy.language!r}")
    if unknown := sorted(policy.languages - set(languages())):
        raise ValueError(
            f"redress: contact, authority and court are texts, or tables with {', '.join(languages())}: notices have no"
            f" language {unknown[0]!r}"
        )
    return policy


def _limits(parsed: SettingsFile) -> Limits:
    video = parsed.video
    looked_at = VideoLimits(video.max_seconds, video.max_frames, video.frames == "keyframes", video.tmk)
    return replace(parsed.limits.limits(), video=looked_at)


def _packages(recipient: str, written: PackagesSection, folder: Path) -> PackageSettings:
    # Relative paths are taken from the data folder, where the file that names them lies.
    return PackageSettings(
        id=recipient,
        spool=folder / "packages" / recipient,
        signing_key=folder / "keys" / PACKAGES_KEY,
        target=written.target,
        url=written.url,
        folder=folder / written.folder if written.folder else None,
        public_keys=folder / written.public_keys if written.public_keys else None,
        token_file=folder / written.token_file if written.token_file else None,
    )


def _transparency(written: TransparencySection, folder: Path) -> TransparencySettings:
    token_file = folder / written.token_file if written.token_file else None
    return TransparencySettings(**{**written.model_dump(), "token_file": token_file})


def _platform(written: PlatformSection, folder: Path) -> PlatformSettings:
    secret_file = folder / written.secret_file if written.secret_file else None
    return PlatformSettings(**{**written.model_dump(), "secret_file": secret_file})


def _embedding(written: EmbeddingSection | None, folder: Path) -> EmbeddingSettings | None:
    if written is None:
        return None
    try:
        # A relative path is taken from the data folder, where the file that names it lies.
        return EmbeddingSettings(**{**written.model_dump(), "model": folder / written.model})
    except ValueError as error:
        raise ValueError(f"embedding: {error}") from error


def _key_service(written: KeysSection, folder: Path) -> KeyServiceSettings | None:
    if written.service == "file":
        return None
    if written.url is None or written.token_file is None:
        raise ValueError('keys: service = "transit" needs url and token_file')
    return KeyServiceSettings(written.url, written.key, folder / written.token_file, written.mount)


def _s3(written: EvidenceSection) -> S3Settings | None:
    if written.store == "files":
        return None
    if written.bucket is None:
        raise ValueError('evidence: store = "s3" needs a bucket')
    return S3Settings(written.bucket, written.endpoint, written.region, written.prefix)


def _entrance(access: AccessSection, oidc: OpenIdSection | None, folder: Path) -> Entrance:
    roles = access.second_factor_roles
    try:
        return Entrance(
            second_factor=access.second_factor,
            second_factor_roles=None if roles is None else frozenset(roles),
            local_accounts=access.local_accounts,
            break_glass=access.break_glass,
            idle=timedelta(minutes=access.idle_minutes),
            longest=timedelta(hours=access.longest_hours),
            tries=access.tries,
            locked=timedelta(minutes=access.locked_minutes),
            rates=Rates(**access.rates.model_dump()),
            openid=_openid(oidc, folder),
            hosts=access.hosts,
            trusted_proxies=access.trusted_proxies,
            address_header=access.address_header,
        )
    except ValueError as error:
        raise ValueError(f"access or oidc: {error}") from error


def _openid(written: OpenIdSection | None, folder: Path) -> OpenIdSettings | None:
    if written is None:
        return None
    secret = folder / written.client_secret_file
    mapped = tuple(sorted(written.roles.items()))
    return OpenIdSettings(**{**written.model_dump(), "client_secret_file": secret, "roles": mapped})


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
            _section(written, "cybertipline")[name] = value
    for name in ("url", "target", "secret_file"):
        if (value := env.get(f"TUTELA_PLATFORM_{name.upper()}")) is not None:
            _section(written, "platform")[name] = value


def _section(written: dict[str, Any], name: str) -> dict[str, Any]:
    section = written.setdefault(name, {})
    if not isinstance(section, dict):
        raise ValueError(f"{name} is a section: write [{name}]")  # noqa: TRY004 - of the configuration, not of a caller
    return section
