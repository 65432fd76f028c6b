"""An item as a file of a report."""

from __future__ import annotations

from tutela.casework.review import Sign
from tutela.referral.cybertipline.building import words
from tutela.referral.cybertipline.building.conversation import conversations
from tutela.referral.cybertipline.building.records import is_messenger
from tutela.referral.cybertipline.schema import (
    FileAnnotation,
    FileClassification,
    FileDetails,
    FileRelevance,
    OriginalFileHash,
    clean,
)
from tutela.referral.cybertipline.schema.values import MAX_ORIGINAL_FILE_NAME
from tutela.referral.material import FileMaterial

_HASHES = (("md5", "MD5"), ("sha1", "SHA1"), ("sha256", "SHA256"), ("pdq", "PDQ"), ("photodna", "PhotoDNA"))
_ANNOTATIONS: dict[Sign, FileAnnotation] = {
    "generated": FileAnnotation.GENERATIVE_AI,
    "self_produced": FileAnnotation.POSSIBLE_SELF_PRODUCTION,
}


def build_file_details(report_id: int, file_id: str, file: FileMaterial) -> FileDetails:
    """Return what the record says of an uploaded item. Raises ValueError for a class that the schema does not have."""
    record = file.record
    return FileDetails(
        report_id=report_id,
        file_id=file_id,
        # The end of a name tells more than its start.
        original_file_name=clean(record.name)[-MAX_ORIGINAL_FILE_NAME:] if record.name else None,
        # Sent after it was found: the platform's mistake, which is not repeated here.
        uploaded_to_esp_timestamp=record.sent_at if record.sent_at and record.sent_at <= record.found_at else None,
        file_viewed_by_esp=file.viewed,
        file_relevance=FileRelevance.REPORTED,
        file_annotations=frozenset(_ANNOTATIONS[sign] for sign in file.signs),
        industry_classification=None if file.classification is None else FileClassification(file.classification),
        original_file_hash=tuple(
            OriginalFileHash(value=clean(record.fingerprints[kind]), hash_type=official)
            for kind, official in _HASHES
            if kind in record.fingerprints
        ),
        additional_info=tuple(clean(text) for text in [*words.of_file(file), *_said(file)]),
    )


def _said(file: FileMaterial) -> list[str]:
    # Of a messenger the report itself has an element for what was said.
    said = None if is_messenger(file.record) else conversations([file.record])
    return [] if said is None else [said]
