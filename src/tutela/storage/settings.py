"""The configuration: `tutela.toml` in the data folder, and environment variables that overrule it."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tutela.access.entrance import Entrance, OpenIdSettings, Rates
from tutela.access.roles import Role
from tutela.casework.care import CareLimits
from tutela.casework.claims import DeskRules
from tutela.casework.clocks import RetentionPolicy
from tutela.casework.entries.rules import EntryRules
from tutela.casework.notice_texts import languages
from tutela.casework.platform_target import PlatformSettings
from tutela.casework.policy import Policy, When
from tutela.casework.quality.rules import Bounds, QualityRules
from tutela.casework.queues import Order, QueueRule, Queues
from tutela.casework.redress_policy import RedressPolicy
from tutela.content.item import Limits
from tutela.detection.fingerprints.embedding import IMAGENET_MEAN, IMAGENET_STD, EmbeddingSettings
from tutela.events.catalogue.base import Layer, Verdict
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import Reporter
from tutela.regimes.permission import OtherGround
from tutela.storage.evidence.blobs.s3 import S3Settings
from tutela.storage.evidence.master_keys.service import KeyServiceSettings


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
_PLATFORM = PlatformSettings()
_USUAL = Limits()
_USUAL_BOUNDS = Bounds()
_ENTRY_RULES = EntryRules()


class _CyberTipline(_Section):
    url: str = _SANDBOX.url
    user: str = _SANDBOX.user
    password: str = _SANDBOX.password
    target: str = _SANDBOX.target


class _Platform(_Section):
    url: str = _PLATFORM.url
    target: str = _PLATFORM.target
    secret_file: Path | None = None
    tries: int = _PLATFORM.tries


class _Policy(_Section):
    remove_content: When = True
    suspend_account: When = True
    warn_account: When = False
    recipients: tuple[str, ...] = ("cybertipline",)
    classes: bool = True
    jurisdictions: tuple[str, ...] = ()


class _Queue(_Section):
    id: str
    name: str
    layers: frozenset[Layer] = frozenset()
    services: frozenset[str] = frozenset()
    severity: int = 0
    roles: frozenset[Role] = frozenset()
    people: frozenset[str] = frozenset()
    order: Order = Order.OLDEST


_DESK = DeskRules()


class _Desk(_Section):
    claim_minutes: int = _DESK.claim_minutes
    assigned_hours: int = _DESK.assigned_hours
    skips_per_day: int = _DESK.skips_per_day


class _Care(_Section):
    looks_per_hour: int = 200
    looks_per_day: int = 800
    break_after_minutes: int = 90
    break_minutes: int = 10


class _Entries(_Section):
    adder_verifies: bool = _ENTRY_RULES.adder_verifies
    minimum_precision: float = _ENTRY_RULES.minimum_precision
    minimum_decisions: int = _ENTRY_RULES.minimum_decisions
    cluster_items: int = _ENTRY_RULES.cluster_items
    cluster_hours: int = _ENTRY_RULES.cluster_hours
    cluster_times: float = _ENTRY_RULES.cluster_times


_REDRESS = RedressPolicy()


class _Redress(_Section):
    address: str = _REDRESS.address
    language: str = _REDRESS.language
    link_days: int = _REDRESS.link_days
    decide_days: int = _REDRESS.decide_days
    access_days: int = _REDRESS.access_days
    hand_over_hours: int = _REDRESS.hand_over_hours
    deferral_days: int = _REDRESS.deferral_days
    contact: str = _REDRESS.contact
    authority: str = _REDRESS.authority
    court: str = _REDRESS.court


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


class _Keys(_Section):
    service: Literal["file", "transit"] = "file"
    url: str | None = None
    key: str = "tutela"
    token_file: Path | None = None
    mount: str = "transit"


class _Evidence(_Section):
    store: Literal["files", "s3"] = "files"
    bucket: str | None = None
    endpoint: str | None = None
    region: str | None = None
    prefix: str = "tutela"


class _Retention(_Section):
    confirmed_days: int = 90
    dismissed_days: int = 14
    undecided_days: int = 365
    after_complaint_days: int = 30
    conflict: Literal["cap", "duty"] = "cap"
    conflict_reference: str = ""
    table: Path | None = None


class _SuspendedAccounts(_Section):
    ground: str
    days: int = 365


_RATES = Rates()


class _Rates(_Section):
    sign_in_name: str = _RATES.sign_in_name
    sign_in_address: str = _RATES.sign_in_address
    key: str = _RATES.key
    link: str = _RATES.link
    link_address: str = _RATES.link_address


class _Access(_Section):
    second_factor: Literal["required", "optional"] = "required"
    second_factor_roles: tuple[Role, ...] | None = None
    local_accounts: bool = True
    break_glass: str | None = None
    idle_minutes: int = Field(default=60, ge=1, le=1440)
    longest_hours: int = Field(default=10, ge=1, le=24)
    tries: int = Field(default=5, ge=1, le=100)
    locked_minutes: int = Field(default=15, ge=1, le=1440)
    hosts: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    address_header: str = "X-Forwarded-For"
    rates: _Rates = _Rates()


class _OpenId(_Section):
    issuer: str
    client_id: str
    client_secret_file: Path
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: dict[str, tuple[Role, ...]] = {}
    algorithm: str = "RS256"
    skew_seconds: int = 60
    label: str = "OpenID Connect"


class _Bounds(_Section):
    kappa: float = _USUAL_BOUNDS.kappa
    reviewer: float = _USUAL_BOUNDS.reviewer
    technology: float = _USUAL_BOUNDS.technology
    golden: float = _USUAL_BOUNDS.golden
    least: int = _USUAL_BOUNDS.least


class _Quality(_Section):
    golden: float = 0.0
    training: tuple[Layer, ...] = ()
    canary_hours: float | None = None
    canary_within_hours: float = 24.0
    canary_service: str | None = None
    window_days: int = 90
    second_review: dict[Layer, dict[Verdict, float]] = {}
    bounds: _Bounds = _Bounds()

    def rules(self) -> QualityRules:
        """Return it as the domain knows it; raises ValueError."""
        return QualityRules(
            second_review=self.second_review,
            golden=self.golden,
            training=frozenset(self.training),
            canary_every=None if self.canary_hours is None else timedelta(hours=self.canary_hours),
            canary_within=timedelta(hours=self.canary_within_hours),
            canary_service=self.canary_service,
            window_days=self.window_days,
            bounds=Bounds(**self.bounds.model_dump()),
        )


class _File(_Section):
    database_url: str | None = None
    regimes: Path | None = None
    reporter: _Reporter | None = None
    other_ground: _OtherGround | None = None
    cybertipline: _CyberTipline = _CyberTipline()
    platform: _Platform = _Platform()
    policy: _Policy = _Policy()
    redress: _Redress = _Redress()
    queues: tuple[_Queue, ...] = ()
    desk: _Desk = _Desk()
    care: _Care = _Care()
    entries: _Entries = _Entries()
    limits: _Limits = _Limits()
    thresholds: dict[str, int] = {}
    embedding: _Embedding | None = None
    keys: _Keys = _Keys()
    evidence: _Evidence = _Evidence()
    retention: _Retention = _Retention()
    suspended_accounts: _SuspendedAccounts | None = None
    access: _Access = _Access()
    oidc: _OpenId | None = None
    quality: _Quality = _Quality()


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
    platform: PlatformSettings
    policy: Policy
    redress: RedressPolicy
    queues: Queues
    desk: DeskRules
    care: CareLimits
    entries: EntryRules
    limits: Limits
    thresholds: Mapping[str, int]
    embedding: EmbeddingSettings | None
    key_service: KeyServiceSettings | None = None
    s3: S3Settings | None = None
    retention: RetentionPolicy = field(default_factory=RetentionPolicy)
    retention_table: Path | None = None
    suspended_accounts: SuspendedAccountsSettings | None = None
    entrance: Entrance = field(default_factory=Entrance)
    quality: QualityRules = field(default_factory=QualityRules)


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
            platform=_platform(parsed.platform, folder),
            policy=Policy(**parsed.policy.model_dump()),
            redress=redress_policy(parsed.redress.model_dump()),
            queues=Queues([QueueRule(**queue.model_dump()) for queue in parsed.queues]),
            desk=DeskRules(**parsed.desk.model_dump()),
            care=CareLimits(**parsed.care.model_dump()),
            entries=EntryRules(**parsed.entries.model_dump()),
            limits=Limits(**parsed.limits.model_dump()),
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
            entrance=_entrance(parsed.access, parsed.oidc, folder),
            quality=parsed.quality.rules(),
        )
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        message = "no such setting" if first["type"] == "extra_forbidden" else first["msg"]
        raise BadSettings(f"{path}, or the environment: {where}: {message}") from error
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path}, or the environment: {error}") from error


def redress_policy(written: Mapping[str, Any]) -> RedressPolicy:
    """Return what was configured of redress; raises ValueError, also for a language that notices do not have."""
    policy = RedressPolicy(**written)
    if policy.language not in languages():
        raise ValueError(f"redress.language is one of {', '.join(languages())}, not {policy.language!r}")
    return policy


def _platform(written: _Platform, folder: Path) -> PlatformSettings:
    secret_file = folder / written.secret_file if written.secret_file else None
    return PlatformSettings(**{**written.model_dump(), "secret_file": secret_file})


def _embedding(written: _Embedding | None, folder: Path) -> EmbeddingSettings | None:
    if written is None:
        return None
    try:
        # A relative path is taken from the data folder, where the file that names it lies.
        return EmbeddingSettings(**{**written.model_dump(), "model": folder / written.model})
    except ValueError as error:
        raise ValueError(f"embedding: {error}") from error


def _key_service(written: _Keys, folder: Path) -> KeyServiceSettings | None:
    if written.service == "file":
        return None
    if written.url is None or written.token_file is None:
        raise ValueError('keys: service = "transit" needs url and token_file')
    return KeyServiceSettings(written.url, written.key, folder / written.token_file, written.mount)


def _s3(written: _Evidence) -> S3Settings | None:
    if written.store == "files":
        return None
    if written.bucket is None:
        raise ValueError('evidence: store = "s3" needs a bucket')
    return S3Settings(written.bucket, written.endpoint, written.region, written.prefix)


def _entrance(access: _Access, oidc: _OpenId | None, folder: Path) -> Entrance:
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


def _openid(written: _OpenId | None, folder: Path) -> OpenIdSettings | None:
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
