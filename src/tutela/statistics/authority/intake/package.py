"""A report by the package of a provider, from its manifest, once the package was opened and verified."""

from __future__ import annotations

from datetime import date

from tutela.events.catalogue.authority import ProviderType
from tutela.referral.package.manifest import Manifest
from tutela.regimes.services import ServiceType
from tutela.statistics.authority.intake.incoming import EXACT, Incoming, Problem, RefusedFile

_TYPES: dict[ServiceType, ProviderType] = {
    ServiceType.NUMBER_INDEPENDENT_MESSAGING: "interpersonal_communications",
    ServiceType.NUMBER_BASED_MESSAGING: "other",
    ServiceType.HOSTING: "hosting",
    ServiceType.ONLINE_PLATFORM: "online_platform",
}


def report(manifest: Manifest, received: date) -> Incoming:
    """Return the report that a package is. Raises RefusedFile for one that only takes back what earlier ones said."""
    if not manifest.items:
        named = ", ".join(dict.fromkeys(one.package for one in manifest.withdrawn))
        raise RefusedFile(
            [
                Problem(
                    1,
                    "withdrawn",
                    f"it reports nothing and takes back items of {named}: where nothing is left of that report, "
                    "withdraw its statement (`tutela authority withdraw`)",
                )
            ]
        )
    sendings = [sending for item in manifest.items for sending in item.sendings]
    types = {_TYPES.get(sending.service_type, "not_stated") for sending in sendings}
    accounts = tuple(
        dict.fromkeys((s.service_name, s.sender.account) for s in sendings if s.sender is not None and s.sender.account)
    )
    return Incoming(
        row=1,
        on=received,
        source="provider",
        number=manifest.package,
        object="account" if accounts else "file",
        provider_type=types.pop() if len(types) == 1 else "not_stated",
        grade="not_stated",
        files=tuple(
            tuple(sorted({"sha256": item.file.sha256, **_digests(item.hashes)}.items())) for item in manifest.items
        ),
        accounts=accounts,
        # One report keeps its referral, however often it was tried under another package.
        earlier=tuple(dict.fromkeys((manifest.referral, *manifest.earlier))),
    )


def _digests(hashes: dict[str, str]) -> dict[str, str]:
    return {kind: value for kind, value in hashes.items() if kind in EXACT}
