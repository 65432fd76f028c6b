"""`tutela.toml` as it is written: sections, names, forms and what holds where nothing is said."""

from __future__ import annotations

import os
from dataclasses import fields
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from tutela.access.entrance import Rates
from tutela.access.roles import Role
from tutela.casework.claims import DeskRules
from tutela.casework.entries.rules import EntryRules
from tutela.casework.platform_target import PlatformSettings
from tutela.casework.policy import When
from tutela.casework.quality.rules import Bounds, QualityRules
from tutela.casework.queues import Order
from tutela.casework.redress_policy import RedressPolicy
from tutela.content.item import Limits
from tutela.detection.clip_matching import ClipRules
from tutela.detection.onnx_models.picture_input import IMAGENET_MEAN, IMAGENET_STD
from tutela.detection.workers.budget import Budget
from tutela.events.catalogue.base import Layer, Verdict
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.times import ReportRules
from tutela.statistics.small_counts import SmallCounts


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ReporterSection(_Section):
    """Who reports, as authorities are told."""

    organisation: str
    first_name: str
    last_name: str
    email: str


class OtherGroundSection(_Section):
    """Another legal ground than the regimes in the table."""

    id: str
    text: str


_SANDBOX = CyberTiplineSettings()
_PLATFORM = PlatformSettings()
_USUAL = Limits()
_BUDGET = Budget()
_CLIPS = ClipRules()
_USUAL_BOUNDS = Bounds()
_ENTRY_RULES = EntryRules()


class CyberTiplineSection(_Section):
    """Where reports go."""

    url: str = _SANDBOX.url
    user: str = _SANDBOX.user
    password: str = _SANDBOX.password
    target: str = _SANDBOX.target


class PackagesSection(_Section):
    """Where packages for one authority go."""

    target: str = "sandbox"
    url: str = "http://127.0.0.1:8670"
    folder: Path | None = None
    public_keys: Path | None = None
    token_file: Path | None = None


class TransparencySection(_Section):
    """Statements of reasons to the DSA Transparency Database."""

    target: str = "sandbox"
    url: str = "http://127.0.0.1:8680"
    token_file: Path | None = None
    legal_ground: str = ""
    explanation: str = ""
    territorial_scope: tuple[str, ...] = ()


class PlatformSection(_Section):
    """Where the platform is called."""

    url: str = _PLATFORM.url
    target: str = _PLATFORM.target
    secret_file: Path | None = None
    tries: int = _PLATFORM.tries


class PolicySection(_Section):
    """What follows a decision."""

    remove_content: When = True
    suspend_account: When = True
    warn_account: When = False
    recipients: tuple[str, ...] = ("cybertipline",)
    classes: bool = True
    jurisdictions: tuple[str, ...] = ()


class QueueSection(_Section):
    """A queue and what goes into it."""

    id: str
    name: str
    layers: frozenset[Layer] = frozenset()
    services: frozenset[str] = frozenset()
    severity: int = 0
    roles: frozenset[Role] = frozenset()
    people: frozenset[str] = frozenset()
    order: Order = Order.OLDEST


_DESK = DeskRules()


class DeskSection(_Section):
    """How cases are claimed."""

    claim_minutes: int = _DESK.claim_minutes
    assigned_hours: int = _DESK.assigned_hours
    skips_per_day: int = _DESK.skips_per_day


class CareSection(_Section):
    """How much one person looks at."""

    looks_per_hour: int = 200
    looks_per_day: int = 800
    break_after_minutes: int = 90
    break_minutes: int = 10


class EntriesSection(_Section):
    """When entries are verified, suspended and held."""

    adder_verifies: bool = _ENTRY_RULES.adder_verifies
    minimum_precision: float = _ENTRY_RULES.minimum_precision
    minimum_decisions: int = _ENTRY_RULES.minimum_decisions
    cluster_items: int = _ENTRY_RULES.cluster_items
    cluster_hours: int = _ENTRY_RULES.cluster_hours
    cluster_times: float = _ENTRY_RULES.cluster_times


_REDRESS = RedressPolicy()


class RedressSection(_Section):
    """Complaints and notices."""

    address: str = _REDRESS.address
    language: str = _REDRESS.language
    link_days: int = _REDRESS.link_days
    decide_days: int = _REDRESS.decide_days
    access_days: int = _REDRESS.access_days
    hand_over_hours: int = _REDRESS.hand_over_hours
    deferral_days: int = _REDRESS.deferral_days
    contact: str | dict[str, str] = _REDRESS.said("contact", "")
    authority: str | dict[str, str] = _REDRESS.said("authority", "")
    court: str | dict[str, str] = _REDRESS.said("court", "")


class LimitsSection(_Section):
    """What is decoded at most."""

    max_bytes: int = _USUAL.max_bytes
    max_pixels: int = _USUAL.max_pixels
    max_depth: int = _USUAL.max_depth
    max_parts: int = _USUAL.max_parts
    max_expanded: int = _USUAL.max_expanded
    max_ratio: int = _USUAL.max_ratio
    max_area: int = _USUAL.max_area
    max_frames: int = _USUAL.max_frames
    max_pages: int = _USUAL.max_pages
    max_messages: int = _USUAL.max_messages
    max_characters: int = _USUAL.max_characters
    max_memory: int = _BUDGET.memory
    max_seconds: float = _BUDGET.seconds
    max_cpu_seconds: float = _BUDGET.cpu_seconds
    max_answer: int = _BUDGET.answer

    def limits(self) -> Limits:
        """Return what is decoded at all; videos have a section of their own."""
        return Limits(**{one.name: getattr(self, one.name) for one in fields(Limits) if one.name != "video"})


class DecodingSection(_Section):
    """The processes that decode."""

    workers: int = Field(default=os.cpu_count() or 1, ge=1)
    items_per_worker: int = _BUDGET.items


class VideoSection(_Section):
    """How videos are looked at and when two clips match."""

    frames: Literal["every_second", "keyframes"] = "every_second"
    tmk: bool = _USUAL.video.tmk
    max_seconds: int = _USUAL.video.max_seconds
    max_frames: int = _USUAL.video.max_frames
    query_percent: int = _CLIPS.query_percent
    entry_percent: int = _CLIPS.entry_percent
    contained_percent: int | None = _CLIPS.contained_percent


class EmbeddingSection(_Section):
    """A local model of vectors."""

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


class KeysSection(_Section):
    """Where the master key lives."""

    service: Literal["file", "transit"] = "file"
    url: str | None = None
    key: str = "tutela"
    token_file: Path | None = None
    mount: str = "transit"


class EvidenceSection(_Section):
    """Where encrypted bytes lie."""

    store: Literal["files", "s3"] = "files"
    bucket: str | None = None
    endpoint: str | None = None
    region: str | None = None
    prefix: str = "tutela"


class RetentionSection(_Section):
    """The clocks of evidence."""

    confirmed_days: int = 90
    dismissed_days: int = 14
    undecided_days: int = 365
    after_complaint_days: int = 30
    conflict: Literal["cap", "duty"] = "cap"
    conflict_reference: str = ""
    table: Path | None = None


class ReportsSection(_Section):
    """Reports to authorities."""

    overdue_hours: int = ReportRules().overdue_hours


class SuspendedAccountsSection(_Section):
    """Why suspended accounts are kept from returning."""

    ground: str
    days: int = 365


class LegalSection(_Section):
    """Requests and orders of authorities."""

    time_zone: str = "UTC"
    keep_days: int = 365
    since: date | None = None
    table: Path | None = None


_RATES = Rates()


class RatesSection(_Section):
    """How often something may be asked for."""

    sign_in_name: str = _RATES.sign_in_name
    sign_in_address: str = _RATES.sign_in_address
    key: str = _RATES.key
    link: str = _RATES.link
    link_address: str = _RATES.link_address


class AccessSection(_Section):
    """Who gets in, and how."""

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
    rates: RatesSection = RatesSection()


class OpenIdSection(_Section):
    """A provider of OpenID Connect."""

    issuer: str
    client_id: str
    client_secret_file: Path
    name_claim: str = "preferred_username"
    roles_claim: str = "groups"
    roles: dict[str, tuple[Role, ...]] = {}
    algorithm: str = "RS256"
    skew_seconds: int = 60
    label: str = "OpenID Connect"


class BoundsSection(_Section):
    """Under which bounds quality raises a finding."""

    kappa: float = _USUAL_BOUNDS.kappa
    reviewer: float = _USUAL_BOUNDS.reviewer
    technology: float = _USUAL_BOUNDS.technology
    golden: float = _USUAL_BOUNDS.golden
    least: int = _USUAL_BOUNDS.least


class QualitySection(_Section):
    """How the work is measured."""

    golden: float = 0.0
    training: tuple[Layer, ...] = ()
    canary_hours: float | None = None
    canary_within_hours: float = 24.0
    canary_service: str | None = None
    window_days: int = 90
    planted_days: int = 14
    second_review: dict[Layer, dict[Verdict, float]] = {}
    bounds: BoundsSection = BoundsSection()

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
            withdraw_after=timedelta(days=self.planted_days),
            bounds=Bounds(**self.bounds.model_dump()),
        )


class SmallCountsSection(_Section):
    """Which counts could point at a person."""

    below: int = SmallCounts().below
    ground: str = SmallCounts().ground


class SettingsFile(_Section):
    """The whole file."""

    database_url: str | None = None
    rehearsal: bool = False
    regimes: Path | None = None
    reporter: ReporterSection | None = None
    other_ground: OtherGroundSection | None = None
    cybertipline: CyberTiplineSection = CyberTiplineSection()
    national_contact_point: PackagesSection = PackagesSection()
    eu_centre: PackagesSection = PackagesSection()
    transparency: TransparencySection = TransparencySection()
    platform: PlatformSection = PlatformSection()
    policy: PolicySection = PolicySection()
    redress: RedressSection = RedressSection()
    queues: tuple[QueueSection, ...] = ()
    desk: DeskSection = DeskSection()
    care: CareSection = CareSection()
    entries: EntriesSection = EntriesSection()
    limits: LimitsSection = LimitsSection()
    decoding: DecodingSection = DecodingSection()
    video: VideoSection = VideoSection()
    thresholds: dict[str, int] = {}
    embedding: EmbeddingSection | None = None
    keys: KeysSection = KeysSection()
    evidence: EvidenceSection = EvidenceSection()
    retention: RetentionSection = RetentionSection()
    reports: ReportsSection = ReportsSection()
    suspended_accounts: SuspendedAccountsSection | None = None
    legal: LegalSection = LegalSection()
    access: AccessSection = AccessSection()
    oidc: OpenIdSection | None = None
    quality: QualitySection = QualitySection()
    small_counts: SmallCountsSection = SmallCountsSection()
