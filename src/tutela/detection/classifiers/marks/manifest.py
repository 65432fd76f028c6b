"""C2PA manifests (C2PA Technical Specification 2): who signed what about the making of a file, and whether it holds.

Nothing is fetched: neither manifests that lie elsewhere nor the state of certificates.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

from tutela.detection.classifiers.marks.mark import LONGEST, Making, Mark, Source, Validation
from tutela.detection.classifiers.marks.source_types import making_of

_STATE = {"Trusted": Validation.TRUSTED, "Valid": Validation.VALID, "Invalid": Validation.INVALID}
_MAKERS = ("c2pa.created", "c2pa.placed", "c2pa.edited", "c2pa.opened", "c2pa.converted")
_MOST = 200
"""Manifests of a file that are looked at: each may hold those of what it was made from."""


def marks_in_manifest(data: bytes, media_type: str, anchors: str = "") -> Iterator[Mark]:
    """Yield what the manifests of a file say of its making, the active one first.

    `anchors` are the certificates (PEM) of signers whom the operator trusts. The validation is that of the active
    manifest, which covers the file with what it was made from. Nothing where there is no manifest, where the extra
    `provenance` is not installed, or where the manifest cannot be read at all.
    """
    try:
        import c2pa
    except ImportError:
        return
    settings: dict[str, Any] = {"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}}
    if anchors:
        settings["trust"] = {"trust_anchors": anchors}
    context = c2pa.Context(settings=c2pa.Settings.from_dict(settings))
    try:
        with c2pa.Reader(media_type, io.BytesIO(data), context=context) as reader:
            told, state = json.loads(reader.json()), _STATE.get(reader.get_validation_state() or "")
    except (c2pa.C2paError, ValueError):
        return
    if state is not None:
        yield from _told(told, state)


def _told(told: dict[str, Any], state: Validation) -> Iterator[Mark]:
    active = told.get("active_manifest")
    manifests = told.get("manifests", {})
    order = sorted(manifests, key=lambda label: label != active)[:_MOST]
    marks: dict[Mark, None] = {}
    for label in order:
        manifest = manifests[label]
        signer = _text((manifest.get("signature_info") or {}).get("issuer"))
        for making, tool in _makings(manifest):
            marks[Mark(Source.C2PA, making, tool, signer, state)] = None
    yield from marks


def _makings(manifest: dict[str, Any]) -> Iterator[tuple[Making, str]]:
    generators = manifest.get("claim_generator_info") or [{}]
    by = _text(generators[0].get("name"))
    for assertion in manifest.get("assertions") or []:
        label, data = _text(assertion.get("label")), assertion.get("data")
        if not label.startswith("c2pa.actions") or not isinstance(data, dict):
            continue
        for action in data.get("actions") or []:
            making = making_of(_text(action.get("digitalSourceType")))
            if making is not None and action.get("action") in _MAKERS:
                agent = action.get("softwareAgent")
                yield making, _text(agent.get("name") if isinstance(agent, dict) else agent) or by


def _text(value: object) -> str:
    return value[:LONGEST] if isinstance(value, str) else ""
