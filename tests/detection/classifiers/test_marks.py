"""What files say of how they were made: read where it stands, believed by nobody, and never made up."""

from __future__ import annotations

import io
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import c2pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import ExifTags, Image, PngImagePlugin

from tests.detection.classifiers.signing import TYPES, Signer, signer
from tutela.detection.classifiers.marks.generators import generators, marks_in_texts
from tutela.detection.classifiers.marks.mark import Making, Mark, Source, Validation
from tutela.detection.classifiers.marks.reading import marks_of
from tutela.detection.classifiers.marks.source_types import making_of
from tutela.detection.classifiers.marks.xmp import LARGEST, marks_in_xmp

XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:e="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" {0}>{1}'
    "</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end='w'?>"
)
TYPE = TYPES + "trainedAlgorithmicMedia"
ATTRIBUTE = XMP.format(f'e:DigitalSourceType="{TYPE}" xmp:CreatorTool="Painter 3"', "")
ELEMENT = XMP.format(
    "", f"<e:DigitalSourceType>{TYPE}</e:DigitalSourceType><xmp:CreatorTool>Painter 3</xmp:CreatorTool>"
)
REFERENCE = XMP.format('xmp:CreatorTool="Painter 3"', f'<e:DigitalSourceType rdf:resource="{TYPE}"/>')
A1111 = "a bridge at dawn\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 1, Size: 64x64"


def picture(format_: str = "PNG", **said: Any) -> bytes:
    made = io.BytesIO()
    Image.effect_mandelbrot((64, 64), (-2, -1, 1, 1), 20).convert("RGB").save(made, format_, **said)
    return made.getvalue()


@pytest.fixture(scope="module")
def known() -> Signer:
    return signer()


@pytest.mark.parametrize("packet", [ATTRIBUTE, ELEMENT, REFERENCE])
@pytest.mark.parametrize("format_", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_the_source_type_is_read_in_every_form_and_format(packet: str, format_: str) -> None:
    if format_ == "PNG":
        info = PngImagePlugin.PngInfo()
        info.add_itxt("XML:com.adobe.xmp", packet)
        data = picture("PNG", pnginfo=info)
    elif format_ == "TIFF":
        data = picture("TIFF", tiffinfo={700: packet.encode()})
    else:
        data = picture(format_, xmp=packet.encode())
    assert marks_of(data) == (Mark(Source.XMP, Making.GENERATED, "Painter 3"),)


def test_a_picture_that_says_nothing_has_no_marks_and_neither_has_what_is_none() -> None:
    assert marks_of(picture()) == marks_of(picture("JPEG")) == marks_of(b"") == marks_of(b"no picture") == ()


@pytest.mark.parametrize(
    "packet",
    [
        '<!DOCTYPE x [<!ENTITY e "' + TYPE + '">]>' + ELEMENT.replace(TYPE, "&e;").partition("?>")[2],
        ATTRIBUTE[:-40],
        "<a>" * 300 + "</a>" * 300,
        ATTRIBUTE.replace(TYPE, TYPES + "somethingElse"),
        ATTRIBUTE + " " * LARGEST,
        "\x00\xff",
    ],
)
def test_a_packet_that_is_broken_or_tricky_says_nothing(packet: str) -> None:
    assert list(marks_in_xmp(packet.encode())) == []


@given(st.binary(max_size=300) | st.text(max_size=300).map(lambda text: f"<a>{text}</a>".encode()))
def test_no_packet_raises(packet: bytes) -> None:
    assert all(mark.source is Source.XMP for mark in marks_in_xmp(packet))


@pytest.mark.parametrize("prefix", ["", "iptcExt:", TYPES, TYPES.replace("http:", "https:")])
def test_a_source_type_is_known_however_it_is_written(prefix: str) -> None:
    assert making_of(prefix + "compositeWithTrainedAlgorithmicMedia") is Making.COMPOSITE
    assert making_of(prefix + "digitalCapture") is Making.CAPTURED
    assert making_of(prefix + "unheardOf") is None


@pytest.mark.parametrize(
    ("key", "text", "tool"),
    [
        ("parameters", A1111, "Stable Diffusion web UI"),
        ("prompt", '{"3": {"class_type": "KSampler", "inputs": {}}}', "ComfyUI"),
        ("workflow", '{"nodes": [], "links": []}', "ComfyUI"),
        ("Software", "NovelAI", "NovelAI"),
        ("Description", "a bridge --v 6 Job ID: 0", "Midjourney"),
    ],
)
def test_texts_of_generators_are_known_and_what_was_asked_for_is_not_kept(key: str, text: str, tool: str) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text(key, text)
    (mark,) = marks_of(picture("PNG", pnginfo=info))
    assert mark == Mark(Source.TEXT, Making.GENERATED, tool)
    assert "bridge" not in repr(mark)


@pytest.mark.parametrize("code", ["utf-16-be", "utf-16-le"])
def test_a_comment_in_exif_is_read_in_either_byte_order(code: str) -> None:
    exif = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = b"UNICODE\0" + A1111.encode(code)
    assert marks_of(picture("JPEG", exif=exif)) == (Mark(Source.EXIF, Making.GENERATED, "Stable Diffusion web UI"),)


def test_ordinary_words_are_no_mark() -> None:
    said = {"Software": "GIMP 2.10", "Description": "Steps to the bridge", "parameters": "f/8", "prompt": "smile"}
    assert list(marks_in_texts(said, Source.TEXT)) == []
    assert len({generator.tool for generator in generators()}) > 5


CREATED = {"action": "c2pa.created", "softwareAgent": "Some Model 1", "digitalSourceType": TYPE}


@pytest.mark.parametrize(("format_", "media"), [("JPEG", "image/jpeg"), ("PNG", "image/png"), ("WEBP", "image/webp")])
def test_a_signed_statement_is_told_with_what_its_signature_is_worth(known: Signer, format_: str, media: str) -> None:
    data = known.signed(picture(format_), media, CREATED)
    said = Mark(Source.C2PA, Making.GENERATED, "Some Model 1", "Test", Validation.VALID)
    assert marks_of(data) == (said,)
    (trusted,) = marks_of(data, known.anchor)
    assert trusted.validation is Validation.TRUSTED
    (other,) = marks_of(data, signer().anchor)
    assert other.validation is Validation.VALID


def test_a_picture_that_was_changed_after_it_was_signed_says_so(known: Signer) -> None:
    data = bytearray(known.signed(picture("JPEG"), "image/jpeg", CREATED))
    data[-100] ^= 1
    (mark,) = marks_of(bytes(data), known.anchor)
    assert mark.validation is Validation.INVALID


def test_a_picture_of_a_camera_does_not_look_generated(known: Signer) -> None:
    taken = {"action": "c2pa.created", "digitalSourceType": TYPES + "digitalCapture"}
    (mark,) = marks_of(known.signed(picture("JPEG"), "image/jpeg", taken))
    assert (mark.making, mark.tool, mark.suggests_generated) == (Making.CAPTURED, "Test camera", False)


def test_every_statement_is_told_also_where_they_disagree(known: Signer) -> None:
    data = known.signed(
        picture("JPEG", xmp=ATTRIBUTE.encode()), "image/jpeg", CREATED | {"digitalSourceType": TYPES + "digitalCapture"}
    )
    assert [(mark.source, mark.making) for mark in marks_of(data)] == [
        (Source.C2PA, Making.CAPTURED), (Source.XMP, Making.GENERATED),
    ]  # fmt: skip


@pytest.mark.parametrize("allowed", [True, False])
def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch, *, allowed: bool) -> None:
    if allowed:
        # So that the listener below is known to hear a library that does fetch.
        real = c2pa.Settings.from_dict
        monkeypatch.setattr(c2pa.Settings, "from_dict", lambda _: real({"verify": {"remote_manifest_fetch": True}}))
    with socket.create_server(("127.0.0.1", 0)) as listener, ThreadPoolExecutor(1) as pool:
        listener.settimeout(0.5)
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/m.c2pa"
        terms = f'xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{address}"'
        asked = pool.submit(_one_call, listener)
        assert marks_of(picture("JPEG", xmp=XMP.format(terms, "").encode())) == ()
        assert asked.result() is allowed


def _one_call(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except TimeoutError:
        return False
    return True


@given(st.integers(0, 4000), st.integers(0, 255))
def test_a_damaged_file_raises_nothing(place: int, byte: int) -> None:
    data = bytearray(SIGNED)
    data[place % len(data)] = byte
    assert all(isinstance(mark, Mark) for mark in marks_of(bytes(data)))


SIGNED = signer().signed(picture("PNG"), "image/png", CREATED)


@pytest.mark.parametrize(
    ("source", "signed", "validation"),
    [(Source.XMP, "", Validation.VALID), (Source.C2PA, "Test", None), (Source.TEXT, "Test", None)],
)
def test_only_what_is_signed_has_a_signer(source: Source, signed: str, validation: Validation | None) -> None:
    with pytest.raises(ValueError, match="do not go together"):
        Mark(source, Making.GENERATED, "", signed, validation)
