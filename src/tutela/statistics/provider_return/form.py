"""The rows of the standard form."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

from tutela.statistics.provider_return.telling import _


@dataclass(frozen=True, slots=True)
class FormRow:
    """A row of the form; `case_class` is known, new, solicitation, or empty."""

    section: int
    case_class: str
    key: str
    meaning: str
    unit: str
    type: str

    @property
    def id(self) -> str:
        """Its place in the form, such as `4.known.images`."""
        return ".".join(filter(None, (str(self.section), self.case_class, self.key)))


SECTIONS = {
    1: _("Type and volumes of data processed"),
    2: _("Grounds under the GDPR"),
    3: _("Grounds for transfers outside the Union"),
    4: _("Cases identified"),
    5: _("Complaints and their outcome"),
    6: _("Errors of the technologies"),
    7: _("Measures to limit errors"),
    8: _("Retention and safeguards"),
    9: _("Organisations that data was shared with"),
}


@cache
def form_rows() -> tuple[FormRow, ...]:
    """Return the 147 rows, in the order of the form."""
    text = resources.files("tutela.statistics.provider_return").joinpath("form.csv").read_text("utf-8")
    return tuple(
        FormRow(int(r["section"]), r["class"], r["key"], r["meaning"], r["unit"], r["type"])
        for r in csv.DictReader(text.splitlines())
    )
