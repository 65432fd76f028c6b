"""The compiled part of Tutela. Import what you need from `tutela_core`; the names are typed in `_native.pyi`."""

from tutela_core._native import INSTRUCTIONS, pdq

__all__ = ["INSTRUCTIONS", "pdq"]
