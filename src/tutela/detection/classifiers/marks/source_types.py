"""IPTC's digital source types (newscodes, `digitalsourcetype`), as XMP and C2PA write them."""

from __future__ import annotations

from tutela.detection.classifiers.marks.mark import Making

_PLACES = (
    "http://cv.iptc.org/newscodes/digitalsourcetype/",
    "https://cv.iptc.org/newscodes/digitalsourcetype/",
    "http://c2pa.org/digitalsourcetype/",
)
_MAKING = {
    "trainedAlgorithmicMedia": Making.GENERATED,
    "trainedAlgorithmicData": Making.GENERATED,
    "compositeWithTrainedAlgorithmicMedia": Making.COMPOSITE,
    "compositeSynthetic": Making.COMPOSITE,
    "algorithmicMedia": Making.ALGORITHMIC,
    "algorithmicallyEnhanced": Making.ALGORITHMIC,
    "dataDrivenMedia": Making.ALGORITHMIC,
    "digitalCapture": Making.CAPTURED,
    "computationalCapture": Making.CAPTURED,
    "compositeCapture": Making.CAPTURED,
    "digitalCreation": Making.CAPTURED,
    "digitalArt": Making.CAPTURED,
    "humanEdits": Making.CAPTURED,
    "minorHumanEdits": Making.CAPTURED,
    "negativeFilm": Making.CAPTURED,
    "positiveFilm": Making.CAPTURED,
    "print": Making.CAPTURED,
}


def making_of(value: str) -> Making | None:
    """Return what a source type says, written with its address, a prefix or alone; None for one that says nothing."""
    name = value.strip()
    for place in _PLACES:
        name = name.removeprefix(place)
    return _MAKING.get(name.rpartition(":")[2])
