"""`tutela dpo`: the data protection officer's documents, out of the running configuration."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tutela.access.privacy_pack import as_json, as_markdown
from tutela.cli.exits import Exit
from tutela.cli.output import fail, out
from tutela.cli.place import workplace
from tutela.storage.access.privacy_facts import gather
from tutela.storage.access.privacy_pack import pack

app = typer.Typer(help="The data protection officer's documents.", no_args_is_help=True)


@app.command("pack")
def write_pack(
    folder: Annotated[Path, typer.Option("--out", help="Folder to write to, made if it is not there.")],
) -> None:
    """Write the record of processing, the annex to the impact assessment and the user notice as they are now.

    Each as HTML and Markdown, all of them as pack.json. What is not configured is marked as missing.
    """
    from tutela.access.privacy_pages import as_html

    with workplace() as place:
        documents = pack(gather(place))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pack.json").write_text(as_json(documents), "utf-8")
        for document in documents:
            (folder / f"{document.id}.html").write_text(as_html(document), "utf-8")
            (folder / f"{document.id}.md").write_text(as_markdown(document), "utf-8")
    except OSError as error:
        fail(f"--out {folder}: {error.strerror}", Exit.USAGE)
    for document in documents:
        missing = f", {document.missing} missing" if document.missing else ""
        out.print(f"{document.id}: {sum(len(s.statements) for s in document.sections)} statements{missing}")
