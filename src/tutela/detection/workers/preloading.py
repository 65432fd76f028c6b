"""Everything that decoding needs, loaded before a worker gives up the file system."""

from __future__ import annotations

import encodings
import importlib
import pkgutil
import sys
from types import ModuleType

import tutela.content
import tutela.detection.fingerprints

_OF_EXTRAS = ("pillow_heif", "pylibjxl", "pypdfium2", "pypdfium2.raw")
"""What decodes where it is installed, and is imported by what uses it when it is used."""
_WHOLE_EXTRAS = ("av",)
"""The same, of packages that import their own parts only as a file asks for them."""
_ELSEWHERE = ("mbcs", "oem")
"""Encodings of another system."""


class _Late:
    """Says what was not loaded in time, where the system would say that there is no such module."""

    def find_spec(self, name: str, *_: object) -> None:
        raise ModuleNotFoundError(
            f"{name} was not loaded before the worker was confined: name it in detection/workers/preloading.py",
            name=name,
        )


def load_everything() -> None:
    """Import what decodes and what it may ask for later: modules, plugins of Pillow, character sets."""
    for package in (tutela.content, tutela.detection.fingerprints):
        _load_parts(package)
    for name in (*_OF_EXTRAS, *_WHOLE_EXTRAS):
        try:
            loaded = importlib.import_module(name)
        except ModuleNotFoundError:
            continue
        if name in _WHOLE_EXTRAS:
            _load_parts(loaded)
    for module in pkgutil.iter_modules(encodings.__path__):
        if module.name not in _ELSEWHERE:
            importlib.import_module(f"encodings.{module.name}")
    from PIL import Image

    Image.init()
    _one_thread()


def _load_parts(package: ModuleType) -> None:
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith(".__main__"):
            importlib.import_module(module.name)


def nothing_more() -> None:
    """Let no module be imported from here on."""
    sys.meta_path[:] = [_Late()]


def _one_thread() -> None:
    """Have each decoder use one thread: there are as many workers as the operator wants processors used."""
    from PIL import AvifImagePlugin

    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
