"""HEIC, the pictures of telephones: HEVC pictures in a HEIF file, by libheif (the extra `heif`)."""

from __future__ import annotations

from functools import cache

MISSING = "HEIC pictures need pillow-heif: pip install 'tutela[heif]'"

BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs")


def begins(data: bytes) -> bool:
    """Return whether the bytes are a HEIF file that says so first, or a general one (`mif1`, `msf1`)."""
    return data[4:8] == b"ftyp" and data[8:12] in (*BRANDS, b"mif1", b"msf1")


@cache
def register() -> bool:
    """Teach Pillow to open HEIF, once; return whether it now does."""
    try:
        import pillow_heif
    except ImportError:
        return False
    # One thread: how many items are decoded at once is the caller's to say.
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.AUX_IMAGES = pillow_heif.options.DEPTH_IMAGES = False
    pillow_heif.register_heif_opener()
    return True
