"""Encrypted bytes in a store that speaks S3: `PREFIX/ab/CASE/NAME`.

A bucket may keep older versions: erasing deletes each of them. Credentials come from the usual places of the client
(environment, files, roles), never from `tutela.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from tutela.storage.access.off_loopback import require_tls
from tutela.storage.evidence.blobs.port import NotStored, Stored
from tutela.storage.evidence.shards import shard_of

_MISSING = frozenset({"NoSuchKey", "404", "NotFound"})


class StoreFails(RuntimeError):
    """The store does not do what it was asked to; the message says what it answered."""


@dataclass(frozen=True, slots=True)
class S3Settings:
    """Which bucket. `endpoint` is none for the provider's own. Raises ValueError for plain HTTP to another machine."""

    bucket: str
    endpoint: str | None = None
    region: str | None = None
    prefix: str = "tutela"

    def __post_init__(self) -> None:
        if self.endpoint is not None:
            require_tls(self.endpoint, "evidence.endpoint")


class S3Blobs:
    """Implements blobs.port.BlobStore in one bucket, which must be there."""

    def __init__(self, settings: S3Settings, client: Any = None) -> None:
        self._bucket = settings.bucket
        self._prefix = settings.prefix.strip("/")
        self._settings = settings
        self._made = client

    def put(self, case: str, name: str, data: bytes) -> None:
        """Put one object."""
        self._do("put_object", Key=f"{self._of(case)}{name}", Body=data)

    def get(self, case: str, name: str) -> bytes:
        """Get one object."""
        try:
            with closing(self._do("get_object", Key=f"{self._of(case)}{name}")["Body"]) as body:
                return bytes(body.read())
        except NotStored:
            raise NotStored(f"{case}/{name}") from None

    def stored(self, case: str, now: float) -> list[Stored]:
        """List the objects of a case."""
        start = self._of(case)
        return sorted(
            (
                Stored(found["Key"].removeprefix(start), found["Size"], now - found["LastModified"].timestamp())
                for found in self._listed("list_objects_v2", "Contents", Prefix=start)
            ),
            key=lambda stored: stored.name,
        )

    def delete(self, case: str, name: str) -> None:
        """Delete every version of one object."""
        key = f"{self._of(case)}{name}"
        self._delete_versions(key, only=key)

    def erase(self, case: str) -> None:
        """Delete every version of every object of the case, and the marks of deletions."""
        self._delete_versions(self._of(case))

    def cases_in(self, shard: str) -> Iterator[str]:
        """List the common prefixes, of versions too: what was deleted and kept as a version is still there."""
        start = f"{self._prefix}/{shard}/"
        found = self._listed("list_object_versions", "CommonPrefixes", Prefix=start, Delimiter="/")
        yield from (entry["Prefix"].removeprefix(start).rstrip("/") for entry in found)

    def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            self._made.close()

    def _delete_versions(self, prefix: str, only: str | None = None) -> None:
        versions = [
            (found["Key"], found["VersionId"])
            for kind in ("Versions", "DeleteMarkers")
            for found in self._listed("list_object_versions", kind, Prefix=prefix)
            if only is None or found["Key"] == only
        ]
        for key, version in versions:
            self._do("delete_object", Key=key, VersionId=version)

    def _listed(self, operation: str, what: str, **arguments: object) -> Iterator[dict[str, Any]]:
        errors = self._errors()
        try:
            for found in self._client().get_paginator(operation).paginate(Bucket=self._bucket, **arguments):
                yield from found.get(what, ())
        except errors as error:
            raise StoreFails(_told(error)) from error

    def _do(self, operation: str, **arguments: object) -> dict[str, Any]:
        errors = self._errors()
        try:
            return dict(getattr(self._client(), operation)(Bucket=self._bucket, **arguments))
        except errors as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            if code in _MISSING:
                raise NotStored(str(arguments["Key"])) from error
            raise StoreFails(_told(error)) from error

    def _client(self) -> Any:
        if self._made is None:
            import boto3
            from botocore.config import Config

            set_ = self._settings
            config = Config(
                retries={"max_attempts": 4, "mode": "standard"},
                s3={"addressing_style": "path"} if set_.endpoint else {},
            )
            self._made = boto3.session.Session().client(
                "s3", endpoint_url=set_.endpoint, region_name=set_.region, config=config
            )
        return self._made

    @staticmethod
    def _errors() -> tuple[type[Exception], ...]:
        from botocore.exceptions import BotoCoreError, ClientError

        return BotoCoreError, ClientError

    def _of(self, case: str) -> str:
        return f"{self._prefix}/{shard_of(case)}/{case}/"


def _told(error: Exception) -> str:
    code = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
    return f"the store of evidence does not do it: {code}"
