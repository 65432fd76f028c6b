"""The XML of the answers."""

from dataclasses import dataclass

from lxml import etree

from tutela.sandboxes.cybertipline.codes import Code, Refusal, http_status


@dataclass(frozen=True, slots=True)
class Answer:
    """What the service says: ``done`` makes it a ``reportDoneResponse``, otherwise a ``reportResponse``."""

    code: int
    description: str
    status: int
    report_id: int | None = None
    file_id: str | None = None
    md5: str | None = None
    file_ids: tuple[str, ...] = ()
    done: bool = False

    def body(self) -> bytes:
        """Return the answer as an XML document in UTF-8."""
        root = etree.Element("reportDoneResponse" if self.done else "reportResponse")
        etree.SubElement(root, "responseCode").text = str(int(self.code))
        if self.done:
            etree.SubElement(root, "reportId").text = str(self.report_id)
            files = etree.SubElement(root, "files")
            for file_id in self.file_ids:
                etree.SubElement(files, "fileId").text = file_id
        else:
            etree.SubElement(root, "responseDescription").text = _xml_text(self.description)
            optional = {"reportId": self.report_id, "fileId": self.file_id, "hash": self.md5}
            for tag, value in optional.items():
                if value is not None:
                    etree.SubElement(root, tag).text = str(value)
        return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def _xml_text(text: str) -> str:
    # A message may quote what the client sent; XML cannot hold most control characters.
    return "".join(c if c in "\t\n\r" or (c >= " " and c not in "\ufffe\uffff") else "\ufffd" for c in text)


def success(
    *,
    report_id: int | None = None,
    file_id: str | None = None,
    md5: str | None = None,
    description: str = "Success",
) -> Answer:
    """Return an answer with code 0."""
    return Answer(Code.SUCCESS, description, 200, report_id, file_id, md5)


def finished(report_id: int, file_ids: tuple[str, ...]) -> Answer:
    """Return the answer to a finish, which lists the files of the report."""
    return Answer(Code.SUCCESS, "", 200, report_id, file_ids=file_ids, done=True)


def refused(refusal: Refusal) -> Answer:
    """Return the answer that carries a refusal."""
    return Answer(refusal.code, refusal.description, refusal.status)


def failed(code: Code = Code.SERVER_ERROR, *, status: int | None = None) -> Answer:
    """Return the answer of a service that broke."""
    return Answer(code, "Server error", http_status(code) if status is None else status)
