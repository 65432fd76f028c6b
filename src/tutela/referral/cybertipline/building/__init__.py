"""From records to the documents of the CyberTipline. Pure: material in, models out.

Nothing is stated that no record carries: an element is left out rather than filled with a default.
"""

from tutela.referral.cybertipline.building.files import build_file_details
from tutela.referral.cybertipline.building.report import build_report

__all__ = ["build_file_details", "build_report"]
