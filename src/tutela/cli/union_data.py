"""What the commands on the Union's figures share: the data set that is named, and the language."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tutela.cli.exits import Exit
from tutela.cli.output import fail

if TYPE_CHECKING:
    from tutela.statistics.union.dataset import Dataset
    from tutela.statistics.union.words import Words

DatasetName = Annotated[
    str, typer.Option("--dataset", metavar="NAME|FILE", help="A data set that ships with Tutela, or a file of one.")
]
COM_2023_797 = "com-2023-797"


def read_dataset(name: str) -> Dataset:
    """Return a data set; ends the command with a message if there is none."""
    from tutela.statistics.union.dataset_file import LARGEST_FILE, PACKAGED, RefusedDataset, packaged, parsed

    if name in PACKAGED:
        return packaged(name)
    path = Path(name)
    try:
        if path.stat().st_size > LARGEST_FILE:
            fail(f"{path} has more than {LARGEST_FILE} bytes", Exit.USAGE)
        return parsed(path.read_bytes())
    except OSError as error:
        fail(f"--dataset {name}: {error.strerror}; {', '.join(PACKAGED)} ships with Tutela", Exit.USAGE)
    except RefusedDataset as error:
        fail(f"{path} is no data set: {error}", Exit.USAGE)


def words_of(language: str) -> Words:
    """Return the words of a language; ends the command with a message if it has no catalogue."""
    from tutela.statistics.union.words import languages, words

    if language not in languages():
        fail(f"--lang is {' or '.join(languages())}, not {language}", Exit.USAGE)
    return words(language)
