"""Keeps the catalogues in step with templates and code: `python -m tutela.web.messages [--check]`.

There are five sets: the console's, with what the domain says to people (`tutela.web.sentences`), that of the return,
that of the tables of the Union's report, that of an authority's submission, and that of the twin. Without `--check`
each catalogue in their `locale/` gets the messages that it lacks, empty, and loses those that nothing uses. With it
nothing is written, and the exit code is 1 if a catalogue lacks a message or its translation.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from tutela.statistics.authority import wording
from tutela.statistics.provider_return import words as return_words
from tutela.statistics.provider_return.form import form_rows
from tutela.statistics.simulation import wording as twin_wording
from tutela.statistics.union import words
from tutela.web.sentences import sentences
from tutela.web.translation import CATALOGUES

WEB = Path(__file__).parent
UNION = Path(words.__file__).parent
RETURN = Path(return_words.__file__).parent
AUTHORITY = Path(wording.__file__).parent
TWIN = Path(twin_wording.__file__).parent
SETS = (
    (WEB, CATALOGUES),
    (RETURN, return_words.CATALOGUES),
    (UNION, words.CATALOGUES),
    (AUTHORITY, wording.CATALOGUES),
    (TWIN, twin_wording.CATALOGUES),
)
"""Where messages stand, and the catalogues that translate them."""
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "newstyle_gettext": "true", "silent": "false"}}


def extracted(folder: Path = WEB) -> Catalog:
    """Return a catalogue of every message that a folder uses, in the order of the files."""
    found = Catalog(project="Tutela")
    for file, _line, message, comments, context in extract_from_dir(
        str(folder),
        _METHODS,
        _OPTIONS,
        keywords={
            "_": None,
            "gettext": None,
            "ngettext": (1, 2),
            "pgettext": ((1, "c"), 2),
            "Check": (2,),
            "Sentence": (1,),
        },
    ):
        found.add(message, None, [(file, 0)], auto_comments=comments, context=context)
    if folder == RETURN:
        for row in form_rows():
            found.add(row.meaning, None, [("form.csv", 0)])
    if folder == WEB:
        for file, sentence in sentences():
            found.add(sentence, None, [(file, 0)])
    return found


def untranslated(catalogue: Catalog) -> Iterator[Message]:
    """Yield the messages that have no translation."""
    for message in catalogue:
        strings = message.string if isinstance(message.string, list | tuple) else [message.string]
        if message.id and not all(strings):
            yield message


def updated(path: Path, template: Catalog) -> Catalog:
    """Return a catalogue with the messages of the template and the translations that it has."""
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=path.stem)
    catalogue.update(template, no_fuzzy_matching=True, keep_user_comments=True)
    catalogue.obsolete.clear()
    return catalogue


def written(catalogue: Catalog) -> bytes:
    """Return a catalogue as a file, without dates and line numbers, which change for no reason."""
    stream = io.BytesIO()
    catalogue.fuzzy = False
    write_po(stream, catalogue, width=120, no_location=True, omit_header=True, sort_output=True)
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        f'"Language: {catalogue.locale}\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
    )
    return head.encode() + stream.getvalue().rstrip() + b"\n"


def main(arguments: list[str]) -> int:
    """Write or check the catalogues; return 0, or 1 if one is not complete."""
    complete = [_kept(path, template, "--check" in arguments) for path, template in _catalogues()]
    return 0 if all(complete) or "--check" not in arguments else 1


def _catalogues() -> Iterator[tuple[Path, Catalog]]:
    for folder, catalogues in SETS:
        template = extracted(folder)
        for path in sorted(catalogues.glob("*.po")):
            yield path, template


def _kept(path: Path, template: Catalog, check: bool) -> bool:
    complete = True
    catalogue = updated(path, template)
    lacking = list(untranslated(catalogue))
    if not check:
        path.write_bytes(written(catalogue))
    elif path.read_bytes() != written(catalogue):
        complete = False
        sys.stderr.write(
            f"{path.parent.parent.name}/{path.name} is not what the code says: run `make docs`, commit it\n"
        )
    if lacking:
        shown = ", ".join(repr(message.id) for message in lacking[:5])
        sys.stderr.write(f"{path.parent.parent.name}/{path.name} lacks {len(lacking)} translations, such as {shown}\n")
    return complete and not lacking


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
