"""People, sessions and API keys; the id of the installation."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from tutela.storage.columns import Json, UtcTime
from tutela.storage.schema.base import metadata

people = Table(
    "people",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("name", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("active", Boolean, nullable=False),
    # Empty: no password opens this account.
    Column("password", Text, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcTime),
    Column("must_change", Boolean, nullable=False, server_default=text("false")),
    # Secrets of the app that shows codes, encrypted under a key outside the database: in use, and being set up.
    Column("totp", LargeBinary),
    Column("totp_offered", LargeBinary),
    Column("totp_step", BigInteger),
    # SHA-256 of issuer and subject, for those who come in by OpenID Connect.
    Column("openid", String(64)),
    Index("uq_people_openid", "openid", unique=True),
)
recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("person", String(63), ForeignKey("people.id"), primary_key=True),
    Column("digest", String(64), primary_key=True),
)
sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("person", String(63), ForeignKey("people.id"), nullable=False),
    Column("csrf", String(64), nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("used_at", UtcTime, nullable=False),
    Column("step", String(20)),
    Column("method", String(20), nullable=False),
    Column("address", String(45), nullable=False),
    Index("ix_sessions_person", "person"),
)
openid_attempts = Table(
    "openid_attempts",
    metadata,
    Column("state", String(64), primary_key=True),
    Column("browser", String(64), nullable=False),
    Column("nonce", String(64), nullable=False),
    Column("verifier", String(128), nullable=False),
    Column("begun_at", UtcTime, nullable=False),
)
api_keys = Table(
    "api_keys",
    metadata,
    Column("id", String(63), primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("expires_at", UtcTime),
    Column("last_used_at", UtcTime),
)
installation = Table(
    "installation",
    metadata,
    Column("id", String(36), primary_key=True),
)

PROJECTIONS: tuple[Table, ...] = ()
