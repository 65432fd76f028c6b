"""The operations of the service."""

from lxml import etree

from tutela.sandboxes.cybertipline.answers import Answer, finished, success
from tutela.sandboxes.cybertipline.bodies import content_type, read_body
from tutela.sandboxes.cybertipline.codes import Code, Refusal
from tutela.sandboxes.cybertipline.exchange import Exchange
from tutela.sandboxes.cybertipline.form import FILE_FIELD
from tutela.sandboxes.cybertipline.form_reading import read_form
from tutela.sandboxes.cybertipline.schema import schema_document


async def status(exchange: Exchange) -> Answer:
    """Say that the service is there and the credentials are good."""
    return success(description=f"CyberTipline sandbox; user {exchange.owner}")


async def xsd(_exchange: Exchange) -> bytes:
    """Give the schema that the sandbox validates with: its own, not the official one."""
    return schema_document()


async def submit(exchange: Exchange) -> Answer:
    """Open a report."""
    data, root = await _document(exchange, "report")
    for prior in root.iter("priorCTReports", "priorCTReport"):
        exchange.office.desk.require_filed(exchange.owner, int(prior.text or 0))
    report_id = exchange.office.desk.open(exchange.owner, data)
    exchange.about(report_id)
    return success(report_id=report_id)


async def upload(exchange: Exchange) -> Answer:
    """Add a file to a report."""
    office = exchange.office
    with await read_form(exchange.request, office.limits.file, office.keep_files) as form:
        report_id = form.report_id()
        exchange.about(report_id)
        office.desk.editable(exchange.owner, report_id)
        file = form.file
        if file is None:
            raise Refusal(Code.INVALID, f"The form needs a part named {FILE_FIELD}")
        if file.too_large:
            raise Refusal(
                Code.UPLOAD_TOO_LARGE,
                f"The file has {file.size} bytes; at most {office.limits.file} are allowed",
            )
        if file.size == 0:
            # What a client sends that retries with a stream it has already read.
            raise Refusal(Code.MALFORMED_FILE, "The file is empty")
        stored = office.desk.add_file(exchange.owner, report_id, file.md5, file.size, file.name)
        file.keep(stored.file_id)
    return success(report_id=report_id, file_id=stored.file_id, md5=stored.md5)


async def fileinfo(exchange: Exchange) -> Answer:
    """Add details to a file of a report."""
    data, root = await _document(exchange, "fileDetails")
    report_id = int(root.findtext("reportId") or 0)
    # The type of the element is a token: white space around it does not count.
    file_id = " ".join((root.findtext("fileId") or "").split())
    exchange.about(report_id)
    exchange.office.desk.describe(exchange.owner, report_id, file_id, data)
    return success(report_id=report_id)


async def finish(exchange: Exchange) -> Answer:
    """Finish a report, for good."""
    report_id = await _named_report(exchange)
    return finished(report_id, exchange.office.desk.finish(exchange.owner, report_id))


async def retract(exchange: Exchange) -> Answer:
    """Retract an unfinished report."""
    report_id = await _named_report(exchange)
    exchange.office.desk.retract(exchange.owner, report_id)
    return success(report_id=report_id)


async def not_found(_exchange: Exchange) -> Answer:
    """Refuse a path that the service does not have."""
    raise Refusal(Code.NOT_FOUND, "There is nothing at this path")


async def wrong_method(exchange: Exchange) -> Answer:
    """Refuse a method that the path does not take."""
    raise Refusal(Code.INVALID, f"This path does not take {exchange.request.method}", status=405)


async def _named_report(exchange: Exchange) -> int:
    with await read_form(exchange.request) as form:
        report_id = form.report_id()
    exchange.about(report_id)
    return report_id


async def _document(exchange: Exchange, root: str) -> tuple[bytes, etree._Element]:
    media_type, options = content_type(exchange.request)
    office = exchange.office
    data = await read_body(exchange.request, office.limits.document)
    if media_type != "text/xml":
        raise Refusal(Code.INVALID, f"Send Content-Type text/xml, not {media_type or 'none'}")
    return data, office.checker.check(data, root, office.clock(), options.get("charset"))
