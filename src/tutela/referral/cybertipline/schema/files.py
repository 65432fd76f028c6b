"""A file of a report: the document that describes one. Its identifiers are official ones of the schema."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar, Self

from pydantic import Field, model_validator

from tutela.referral.cybertipline.schema.accounts import DeviceId, IpCaptureEvent
from tutela.referral.cybertipline.schema.element import ATTRIBUTE, CONTENT, Element
from tutela.referral.cybertipline.schema.values import FileUrl, Moment, OriginalFileName, ReportId, Text, Token


class FileRelevance(StrEnum):
    """Whether a file is what is reported, or only goes with it."""

    REPORTED = "Reported"
    SUPPLEMENTAL = "Supplemental Reported"


class FileAnnotation(StrEnum):
    """What the reporter says of a file."""

    DRAWN_OR_VIRTUAL = "animeDrawingVirtualHentai"
    POTENTIAL_MEME = "potentialMeme"
    VIRAL = "viral"
    POSSIBLE_SELF_PRODUCTION = "possibleSelfProduction"
    PHYSICAL_HARM = "physicalHarm"
    VIOLENCE = "violenceGore"
    ANIMALS = "bestiality"
    LIVE_STREAMING = "liveStreaming"
    INFANT = "infant"
    GENERATIVE_AI = "generativeAi"


class FileClassification(StrEnum):
    """The class of the industry's scheme."""

    A1 = "A1"
    A2 = "A2"
    B1 = "B1"
    B2 = "B2"


class MetadataType(StrEnum):
    """What details of a file are."""

    EXIF = "EXIF"
    HASH = "HASH"


class OriginalFileHash(Element):
    """A digest of the file as the platform had it, and its kind, such as MD5."""

    value: Annotated[Text, CONTENT]
    hash_type: Annotated[Text, ATTRIBUTE]


class NameValue(Element):
    """A detail."""

    name: Text
    value: Text


class Details(Element):
    """Details of a file, at least one."""

    name_value_pair: Annotated[tuple[NameValue, ...], Field(min_length=1)]
    type: Annotated[MetadataType | None, ATTRIBUTE] = None


class FileDetails(Element):
    """What is known of an uploaded file.

    `file_viewed_by_esp` is true only where a person looked at it. ValueError also where `exif_viewed_by_esp` is true
    of a file that is not viewed, where a meme flag stands beside annotations, and where a supplemental file carries a
    class or a meme flag.
    """

    TAG: ClassVar[str] = "fileDetails"
    report_id: ReportId
    file_id: Token
    file_name: Text | None = None
    original_file_name: OriginalFileName | None = None
    uploaded_to_esp_timestamp: Moment | None = None
    location_of_file: FileUrl | None = None
    file_viewed_by_esp: bool | None = None
    exif_viewed_by_esp: bool | None = None
    publicly_available: bool | None = None
    file_relevance: FileRelevance | None = None
    potential_meme: bool | None = None
    file_annotations: frozenset[FileAnnotation] = frozenset()
    industry_classification: FileClassification | None = None
    original_file_hash: tuple[OriginalFileHash, ...] = ()
    ip_capture_event: IpCaptureEvent | None = None
    device_id: tuple[DeviceId, ...] = ()
    details: tuple[Details, ...] = ()
    additional_info: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _rules(self) -> Self:
        if self.exif_viewed_by_esp and not self.file_viewed_by_esp:
            raise ValueError("exif_viewed_by_esp can be true only where file_viewed_by_esp is")
        if self.potential_meme is not None and self.file_annotations:
            raise ValueError("potential_meme or file_annotations, not both: a meme can be an annotation")
        if self.file_relevance is FileRelevance.SUPPLEMENTAL:
            if self.industry_classification is not None:
                raise ValueError("a supplemental file carries no industry_classification")
            if self.potential_meme is not None or FileAnnotation.POTENTIAL_MEME in self.file_annotations:
                raise ValueError("a supplemental file carries no meme flag")
        return self
