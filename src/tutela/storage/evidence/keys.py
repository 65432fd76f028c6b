"""Keys outside the database and outside its backups.

The master key wraps the key of each case; the years' keys make pseudonyms; the ledger key makes the ids of the ledger.
All are made on first use. The keys of cases lie in 256 folders, so that none grows too large to look into, and
nothing here lists them all but a rotation.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from pathlib import Path

from tutela.casework.evidence import EvidenceGone
from tutela.casework.pseudonyms import KeyDestroyed
from tutela.storage.durable import age, holding, make_folder, sync_folder, temporaries, write_durably
from tutela.storage.evidence.master_keys.file import NONCE_BYTES, FileMasterKey
from tutela.storage.evidence.master_keys.port import BrokenKey, MasterKey
from tutela.storage.evidence.plain_keys import KEY_BYTES, PACKAGES_KEY, PlainKeys
from tutela.storage.evidence.shards import SHARDS, shard_of, to_shards
from tutela.storage.evidence.tombstones import Tombstones

__all__ = ["KEY_BYTES", "NONCE_BYTES", "BrokenKey", "KeyRing"]
_REMEMBERED = 256
"""How many unwrapped keys are remembered, for a key service that is asked over the network."""


class KeyRing:
    """The keys in one folder."""

    def __init__(self, folder: Path, master: MasterKey | None = None) -> None:
        self._folder = folder
        self._cases = folder / "cases"
        self._through = folder / "tmp"
        for one in (folder, self._cases, self._through):
            one.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.chmod(0o700)
        self._plain = PlainKeys(folder)
        self._master: MasterKey = master or FileMasterKey(folder, self._plain)
        self.tombstones = Tombstones(folder / "erased")
        self._unwrapped: OrderedDict[tuple[str, bytes], bytes] = OrderedDict()
        self._lock = threading.Lock()
        to_shards(self._cases, lambda name: name.removesuffix(".key"))

    @property
    def folder(self) -> Path:
        """Where the keys are."""
        return self._folder

    @property
    def master(self) -> MasterKey:
        """What wraps the keys of cases."""
        return self._master

    def close(self) -> None:
        """Close the connection to a key service."""
        self._master.close()

    def installation(self) -> str | None:
        """Return the id of the database that these keys belong to, if one was set."""
        path = self._folder / "installation"
        return path.read_text("ascii") if path.exists() else None

    def set_installation(self, installation: str) -> None:
        """Say which database these keys belong to."""
        write_durably(self._folder / "installation", installation.encode("ascii"))

    def ledger(self) -> bytes:
        """Return the key of the ledger."""
        return self._plain.get("ledger.key")

    def signing(self) -> bytes:
        """Return the seed of the Ed25519 key that signs certificates (RFC 8032): 32 bytes."""
        return self._plain.get("signing.key")

    def commitments(self) -> bytes:
        """Return the key under which certificates commit to what was erased."""
        return self._plain.get("commitments.key")

    def suspended(self) -> bytes:
        """Return the key of the list of suspended accounts."""
        return self._plain.get("suspended.key")

    def second_factors(self) -> bytes:
        """Return the key under which the secrets of second factors are kept."""
        return self._plain.get("second-factors.key")

    def quality(self) -> bytes:
        """Return the key by which decisions are drawn for a second review, and golden items planted."""
        return self._plain.get("quality.key")

    def audit(self) -> bytes:
        """Return the secret key (Ed25519) that signs checkpoints of the audit's chain."""
        return self._plain.get("audit.key")

    def packages(self) -> bytes:
        """Return the seed of the Ed25519 key that signs packages for authorities."""
        return self._plain.get(PACKAGES_KEY)

    def register(self) -> bytes:
        """Return the key of the marks in an authority's register."""
        return self._plain.get("register.key")

    def links(self) -> bytes:
        """Return the key of the links in notices to users."""
        return self._plain.get("links.key")

    def key(self, year: int) -> bytes:
        """Return the key of a reporting year; raises KeyDestroyed."""
        if self.is_closed(year):
            raise KeyDestroyed(f"the pseudonym key of {year} was destroyed after its return became final")
        return self._plain.get(f"pseudonyms-{year}.key")

    def is_closed(self, year: int) -> bool:
        """Return whether the key of a reporting year was destroyed."""
        return (self._folder / f"pseudonyms-{year}.destroyed").exists()

    def close_year(self, year: int) -> None:
        """Destroy the key of a reporting year: its pseudonyms lead back to nobody from then on."""
        self._plain.destroy(f"pseudonyms-{year}.key", f"pseudonyms-{year}.destroyed")

    def case(self, case: str, *, make: bool = False) -> bytes:
        """Return the key of a case, made if asked; raises EvidenceGone if there is none, BrokenKey.

        A key that was destroyed and has come back with an old copy of the folder is destroyed again.
        """
        path = self._case_path(case)
        for _ in range(2):
            try:
                key = self._unwrap(case, path.read_bytes())
            except FileNotFoundError:
                if not make:
                    raise EvidenceGone(
                        "the key of case %(case)s is gone: its evidence cannot be read", case=case
                    ) from None
                key = self._make(case, path)
            if not self.tombstones.holds(case, key_id(key)):
                return key
            self.destroy_case(case)
            if not make:
                break
        raise EvidenceGone(
            "the evidence of case %(case)s was erased: its key came back, and was destroyed again", case=case
        )

    def id_of_case(self, case: str) -> str | None:
        """Return what tells the key of a case from every other and says nothing of it; nothing where it is gone.

        It does not ask whether the key was to be destroyed. Raises BrokenKey.
        """
        try:
            return key_id(self._unwrap(case, self._case_path(case).read_bytes()))
        except FileNotFoundError:
            return None

    def has_case(self, case: str) -> bool:
        """Return whether there is a key of this case."""
        return self._case_path(case).exists()

    def has_cases(self) -> bool:
        """Return whether there is a key of any case."""
        return any(True for shard in SHARDS for _ in self.cases_in(shard))

    def cases(self) -> list[str]:
        """Return the cases that have a key: all of them, so never where people wait."""
        return sorted(case for shard in SHARDS for case in self.cases_in(shard))

    def cases_in(self, shard: str) -> list[str]:
        """Return the cases with a key in one of the 256 folders."""
        folder = self._cases / shard
        return sorted(p.name.removesuffix(".key") for p in folder.glob("*.key")) if folder.exists() else []

    def case_key_age(self, case: str, now: float) -> float:
        """Return how many seconds ago the key of a case was written."""
        return age(self._case_path(case), now)

    def sweep_temporaries(self, now: float, older_than: float) -> None:
        """Remove what killed processes left of attempts to write a key."""
        for folder in (self._folder, self._through):
            for path in folder.glob(".*.tmp"):
                if age(path, now) >= older_than:
                    path.unlink(missing_ok=True)

    def destroy_case(self, case: str) -> None:
        """Destroy the key of a case, durably: what it encrypted is gone."""
        path = self._case_path(case)
        # A rotation must not write back what it read before.
        with holding(self._folder / ".rewriting"):
            path.unlink(missing_ok=True)
            # A process that was killed while it made the key may have left a second copy under a temporary name.
            for copy in temporaries(path, self._through):
                copy.unlink(missing_ok=True)
            for folder in (path.parent, self._through):
                if folder.exists():
                    sync_folder(folder)
        with self._lock:
            for known in [k for k in self._unwrapped if k[0] == case]:
                del self._unwrapped[known]

    def begin_rotation(self) -> tuple[int, int]:
        """Make the next version of the master key, unless a rotation is under way; return the old and the new one.

        From its return on every new key is wrapped by the new version, whatever process makes it.
        """
        with holding(self._folder / ".making"):
            under_way = self.rotation()
            if under_way is None:
                newest = self._master.newest()
                under_way = (newest, newest + 1)
                write_durably(self._folder / "rotation", f"{newest} {newest + 1}".encode("ascii"))
            self._master.rotate_to(under_way[1])
            return under_way

    def rotation(self) -> tuple[int, int] | None:
        """Return the old and the new version of a rotation that is under way."""
        path = self._folder / "rotation"
        if not path.exists():
            return None
        old, new = path.read_text("ascii").split()
        return int(old), int(new)

    def rewrap(self, version: int) -> Iterator[int]:
        """Wrap anew every key of a case that an older version wrapped; yield how many of each folder. Resumable.

        A key that cannot be unwrapped any more stops it (BrokenKey): the old version must not be destroyed then.
        """
        for shard in SHARDS:
            count = 0
            for case in self.cases_in(shard):
                count += self._rewrap_one(case, version)
            yield count

    def end_rotation(self) -> None:
        """Destroy the older versions of the master key. Call it when `rewrap` has come to its end."""
        under_way = self.rotation()
        if under_way is None:
            return
        with self._lock:
            self._unwrapped.clear()
        self._master.destroy_before(under_way[1])
        (self._folder / "rotation").unlink(missing_ok=True)
        sync_folder(self._folder)

    def _rewrap_one(self, case: str, version: int) -> int:
        path = self._case_path(case)
        with holding(self._folder / ".rewriting"):
            try:
                wrapped = path.read_bytes()
            except FileNotFoundError:
                return 0  # erased meanwhile
            try:
                if self._master.version_of(wrapped) >= version:
                    return 0
                write_durably(path, self._master.rewrap(wrapped, case.encode()), through=self._through)
            except BrokenKey as error:
                raise BrokenKey(f"{path.name}: {error}") from error
            return 1

    def _make(self, case: str, path: Path) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        make_folder(path.parent)
        # Shared: many make keys at once, but none while a rotation makes a version.
        with holding(self._folder / ".making", shared=True):
            wrapped = self._master.wrap(key, case.encode())
            if write_durably(path, wrapped, only_new=True, through=self._through):
                return key
        return self._unwrap(case, path.read_bytes())

    def _unwrap(self, case: str, wrapped: bytes) -> bytes:
        with self._lock:
            known = self._unwrapped.get((case, wrapped))
        if known is not None:
            return known
        try:
            key = self._master.unwrap(wrapped, case.encode())
        except BrokenKey as error:
            raise BrokenKey(f"the key of case {case} cannot be unwrapped by the master key: {error}") from error
        if not isinstance(self._master, FileMasterKey):
            with self._lock:
                self._unwrapped[case, wrapped] = key
                while len(self._unwrapped) > _REMEMBERED:
                    self._unwrapped.popitem(last=False)
        return key

    def _case_path(self, case: str) -> Path:
        if not case or not all(c.isalnum() or c == "-" for c in case):
            raise ValueError(f"{case!r} is not the id of a case")
        return self._cases / shard_of(case) / f"{case}.key"


def key_id(key: bytes) -> str:
    """Return what tells a key from every other and says nothing of it: 128 bits, hexadecimal."""
    return hmac.new(key, b"tutela: id of a key", hashlib.sha256).hexdigest()[:32]
