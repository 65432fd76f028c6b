"""A report with many large files: nothing is held whole. The full size runs under `make soak`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tutela.casework.evidence import ItemRecord
from tutela.referral.cybertipline.recipient import from_settings
from tutela.referral.cybertipline.target import CyberTiplineSettings
from tutela.referral.material import FileMaterial, Reporter, ReportMaterial
from tutela.regimes.services import ServiceType
from tutela.sandboxes.cybertipline import running

FILES, MEGABYTES = (50, 20) if os.environ.get("TUTELA_SOAK") else (6, 20)
ALLOWED = 8 * 1024
"""How far the memory of the process may grow over the files, in KiB: less than half of one file."""
SCRIPT = """
import asyncio, resource, sys
from datetime import UTC, datetime
from tutela.referral.cybertipline.async_client import AsyncCyberTiplineClient
from tutela.referral.cybertipline.client import CyberTiplineClient
from tutela.referral.cybertipline.schema import IncidentSummary, IncidentType, Person, Report, Reporter
from tutela.referral.cybertipline.target import CyberTiplineSettings

url, kind, path, files = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
summary = IncidentSummary(
    incident_type=IncidentType.MISLEADING_DOMAIN_NAME, incident_date_time=datetime(2025, 1, 1, tzinfo=UTC)
)
report = Report(incident_summary=summary, reporter=Reporter(reporting_person=Person(first_name="A")))

async def filed() -> None:
    client = AsyncCyberTiplineClient(CyberTiplineSettings(url=url))
    number = (await client.submit(report)).report_id
    await client.upload(number, b"small")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for _ in range(files):
        await client.upload(number, path)
    await client.finish(number)
    await client.close()
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

if kind == "async":
    asyncio.run(filed())
else:
    with CyberTiplineClient(CyberTiplineSettings(url=url)) as client:
        number = client.submit(report).report_id
        client.upload(number, b"small")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(files):
            client.upload(number, path)
        client.finish(number)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux counts it")
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_memory_stays_flat(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "large.bin"
    with path.open("wb") as file:
        for _ in range(MEGABYTES):
            file.write(os.urandom(1024 * 1024))
    with running(user="sandbox", password="sandbox") as sandbox:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, sandbox.base_url, kind, str(path), str(FILES)],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < ALLOWED


@pytest.mark.soak
def test_the_recipient_holds_one_file_at_a_time() -> None:
    """Evidence is decrypted whole, so that one file is held, and no second one."""
    size = MEGABYTES * 1024 * 1024
    record = ItemRecord(
        service="chat", service_name="Chat", service_type=ServiceType.NUMBER_INDEPENDENT_MESSAGING, name="n",
        kind="other", size=size, fingerprints={"md5": hashlib.md5(bytes(size)).hexdigest()}, sender=None,
        recipients=(), sent_at=None, found_at=datetime(2025, 1, 1, tzinfo=UTC),
    )  # fmt: skip
    files = tuple(
        FileMaterial(f"i{n}", record, "known", None, viewed=False, load=lambda: bytes(size)) for n in range(FILES)
    )
    material = ReportMaterial("r", "c", Reporter("O", "F", "L", "e@example.test"), files, None)
    with running(user="sandbox", password="sandbox") as sandbox:
        recipient = from_settings(CyberTiplineSettings(url=sandbox.base_url))
        report = recipient.open(material)
        tracemalloc.start()
        try:
            sent = [recipient.upload(report, file) for file in files]
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert sorted(recipient.finish(report).file_ids) == sorted(sent)
        recipient.close()
    assert peak < 1.5 * size
