"""The data protection officer's pack as pages, each of which stands alone; needs the extra `server`."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined

from tutela.access.privacy_pack import Document


def as_html(document: Document) -> str:
    """Return a document as a page that stands alone."""
    return _templates().get_template("privacy_pack.html").render(document=document)


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("tutela.access"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
