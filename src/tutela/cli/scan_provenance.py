"""Whose the files of a scan are, by a manifest or for all of them, and under what law each may be processed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tutela.casework.intake import Intake
from tutela.content.folder import FoundFile, UnreadablePath
from tutela.content.item import Provenance
from tutela.events.catalogue.base import Region
from tutela.regimes.permission import Permit
from tutela.regimes.services import Service

if TYPE_CHECKING:
    from tutela.cli.scan_manifest import Manifest


class Whose:
    """Whose items the files are, and under what law each may be processed. Raises Refused if one of them may not."""

    def __init__(self, intake: Intake, service: Service, region: Region, manifest: Manifest | None) -> None:
        self._intake = intake
        self._service = service
        self._region: Region = region
        self._manifest = manifest
        self._regions: set[Region] = {region, *(manifest.regions() if manifest else ())}
        self._permits: dict[Region, Permit] = {}
        self.untold = 0
        self.ask_again()

    def ask_again(self) -> None:
        """Find out anew: a scan may go on past midnight, into a day that nothing covers."""
        self._permits = {region: self._intake.permit(self._service, region) for region in sorted(self._regions)}

    @property
    def excludes(self) -> frozenset[str]:
        """What is not read, of anybody's."""
        return frozenset(kind for permit in self._permits.values() for kind in permit.excludes)

    def is_item(self, one: FoundFile | UnreadablePath) -> bool:
        """Return whether a file is one of the items, and not what tells of them."""
        return not (self._manifest and isinstance(one, FoundFile) and one.path.resolve() == self._manifest.path)

    def of(self, path: Path, name: str) -> tuple[Provenance, Permit]:
        """Return what is told of a file, and under what law it is processed."""
        told = self._manifest.provenance(path, name) if self._manifest else None
        self.untold += self._manifest is not None and told is None
        provenance = told or Provenance(declared_region=self._region, name=name)
        return provenance, self._permits[provenance.region]
