"""Reports from a CSV file."""

from __future__ import annotations

from tutela.events.catalogue import authority as said
from tutela.statistics.authority.intake import cells
from tutela.statistics.authority.intake.cells import Column
from tutela.statistics.authority.intake.csv_file import read
from tutela.statistics.authority.intake.incoming import Incoming
from tutela.statistics.authority.tally import literal_values

COLUMNS = (
    Column("received", cells.day, "the day on which it came, as 2025-03-31", needed=True),
    Column("source", cells.one_of(literal_values(said.ReportSource)), "who sent it", needed=True),
    Column("number", cells.number, "its sender's number"),
    Column("object", cells.one_of(literal_values(said.ReportedObject)), "what it is about", empty="not_stated"),
    Column(
        "provider_type",
        cells.one_of(literal_values(said.ProviderType)),
        "the type of provider on whose service it was detected",
        empty="not_stated",
    ),
    Column("grade", cells.one_of(literal_values(said.Grade)), "what its sender marked it as", empty="not_stated"),
    Column("service", cells.text, "the service of the accounts", empty=""),
    Column(
        "accounts", cells.texts, "accounts, apart by spaces; a mark is made of each and nothing else kept", empty=()
    ),
    Column("page", cells.text, "the address of a page; a mark is made of it and nothing else kept"),
    Column(
        "files", cells.files, "digests as md5:... or sha256:..., files apart by spaces, digests of one by +", empty=()
    ),
    Column("earlier", cells.numbers, "numbers of earlier reports of the same case, apart by spaces", empty=()),
)
"""The columns, in any order."""


def reports(content: bytes) -> tuple[Incoming, ...]:
    """Return the reports of a file; raises RefusedFile."""
    return tuple(
        Incoming(
            row=row,
            on=values["received"],
            source=values["source"],
            number=values["number"],
            object=values["object"],
            provider_type=values["provider_type"],
            grade=values["grade"],
            files=values["files"],
            accounts=tuple((values["service"], account) for account in values["accounts"]),
            page=values["page"],
            earlier=values["earlier"],
        )
        for row, values in read(content, COLUMNS)
    )
