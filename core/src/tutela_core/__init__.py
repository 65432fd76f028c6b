"""The compiled part of Tutela. Import what you need from `tutela_core`; the names are typed in `_native.pyi`."""

from tutela_core._native import INSTRUCTIONS, HammingSegment, hamming_fill_table, hamming_order, hamming_scan, pdq

__all__ = ["INSTRUCTIONS", "HammingSegment", "hamming_fill_table", "hamming_order", "hamming_scan", "pdq"]
