"""A folder with all that users send: what is planted in it is found, and the scan says where."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("pypdfium2", reason="pypdfium2 is not installed: pip install 'tutela[documents]'")
pytest.importorskip("pillow_heif", reason="pillow-heif is not installed: pip install 'tutela[heif]'")
pytest.importorskip("pylibjxl", reason="pylibjxl is not installed: pip install 'tutela[jxl]'")

import pillow_heif
import pylibjxl

from tests.cli.listing import listed, value
from tests.commands import Tutela
from tests.content.containers import PACKERS, document, mailed, tarred, with_thumbnail, zipped
from tests.content.pictures import encoded, texture

FORMATS = {
    "jpg": ("JPEG", {"quality": 85}),
    "png": ("PNG", {}),
    "webp": ("WEBP", {"quality": 80}),
    "gif": ("GIF", {}),
    "avif": ("AVIF", {"quality": 70}),
    "bmp": ("BMP", {}),
    "tiff": ("TIFF", {}),
    "jp2": ("JPEG2000", {}),
    "heic": ("HEIF", {"quality": 80}),
}


def photographs() -> list[Image.Image]:
    """Return three pictures: real photographs where the demonstration has gathered some, or else textures."""
    folder = os.environ.get("TUTELA_PHOTOGRAPHS")
    found = sorted(Path(folder).glob("*.jpg"))[:3] if folder else []
    if len(found) < 3:
        return [texture(640, 480, seed, 24) for seed in (11, 12, 13)]
    pictures = [Image.open(path).convert("RGB") for path in found]
    for picture in pictures:
        picture.thumbnail((900, 900))
    return pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Lay one picture, the stand-in of known material, wherever a picture can lie, and others beside it."""
    pillow_heif.register_heif_opener()
    planted, other, third = photographs()
    files = {f"photo.{end}": encoded(planted, form, **more) for end, (form, more) in FORMATS.items()}
    files["photo.jxl"] = pylibjxl.encode(np.asarray(planted))
    jpeg, innocent = files["photo.jpg"], encoded(other, "JPEG")
    # The planted picture lies in each of these, and nowhere at their surface.
    files |= {
        "album.zip": zipped({"a.jpg": innocent, "inner.zip": zipped({"../deep/b.jpg": jpeg})}),
        "backup.tgz": PACKERS["gzip"](tarred({"home/b.jpg": jpeg})),
        "letter.docx": zipped({"[Content_Types].xml": b"<Types/>", "word/media/image1.jpeg": jpeg}),
        "paper.pdf": document(other, planted),
        "mail.eml": mailed({"holiday.jpg": jpeg}),
        "forward.eml": mailed({"papers.zip": zipped({"paper.pdf": document(planted)})}),
        "film.gif": encoded(other, "GIF", save_all=True, append_images=[third, planted]),
        "pages.tiff": encoded(other, "TIFF", save_all=True, append_images=[planted]),
        "painted-over.jpg": with_thumbnail(other.resize((900, 700)), encoded(planted.resize((240, 180)), "JPEG")),
        "polyglot.gif": encoded(other, "GIF") + zipped({"b.jpg": jpeg}),
        "innocent.zip": zipped({"a.jpg": innocent, "c.txt": b"hello"}),
        "misnamed.txt": jpeg,
    }
    place = tmp_path / "sent"
    place.mkdir()
    for name, data in files.items():
        (place / name).write_bytes(data)
    (tmp_path / "planted.png").write_bytes(encoded(planted, "PNG"))
    return tmp_path


AT = {
    "album.zip": "inner.zip > ../deep/b.jpg",
    "backup.tgz": "file 1 > home/b.jpg",
    "letter.docx": "word/media/image1.jpeg",
    "paper.pdf": "page 2",
    "mail.eml": "holiday.jpg",
    "forward.eml": "papers.zip > paper.pdf > page 1",
    "film.gif": "frame 3",
    "pages.tiff": "page 2",
    "painted-over.jpg": "thumbnail",
    "polyglot.gif": "b.jpg",
    "misnamed.txt": None,
} | {f"photo.{end}": None for end in (*FORMATS, "jxl")}


def test_everything_that_is_planted_is_found_and_told_where(listing: Tutela, folder: Path) -> None:
    listed(listing, "known", f"pdq:{value((folder / 'planted.png').read_bytes())}")
    ran = listing("scan", folder / "sent", "--json", "--jobs", "1")
    *lines, summary = ran.lines
    by_name = {Path(line["path"]).name: line for line in lines}
    found = {name: [match["place"] for match in line["matches"]] for name, line in by_name.items() if line["matches"]}
    assert set(found) == set(AT)
    for name, at in AT.items():
        assert at in found[name], name
        assert (by_name[name]["outcome"], by_name[name]["matches"][0]["distance"] <= 31) == ("match", True)
    assert by_name["innocent.zip"]["outcome"] == "clean"
    assert summary["outcomes"]["match"] == len(AT)
    told = " ".join(listing("scan", folder / "sent", "--dry-run", "--jobs", "1").out.split())
    assert "from known #1 at inner.zip > ../deep/b.jpg" in told
