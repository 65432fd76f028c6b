"""The configuration of the made-up provider: a `tutela.toml` such as an operator writes."""

from __future__ import annotations

from pathlib import Path

_TEXT = """\
# Written by `make demo`, for this machine alone.
rehearsal = true  # TUTELA_NOW may set its time
[reporter]
organisation = "Lantern Ltd"
first_name = "Frida"
last_name = "Compliance"
email = "reports@lantern.example"

[cybertipline]  # the sandbox of this run
url = "{cybertipline}"
user = "lantern"
password = "lantern"

[platform]  # the sandbox of this run
url = "{platform}"

[access]
# Whoever tries it signs in as several people, and has no app at hand for each. Leave this line out in earnest.
second_factor = "optional"

[policy]
suspend_account = ["A1", "A2"]
warn_account = ["B1"]
jurisdictions = ["SE", "US"]

[[queues]]
id = "severe"
name = "Severe"
severity = 4
order = "severity"

[[queues]]
id = "drive"
name = "Drive"
services = ["lantern-drive"]

[entries]
cluster_items = 12

[quality]
golden = 0.06
training = ["known"]
canary_hours = 168
canary_within_hours = 96
canary_service = "lantern-chat"

[quality.second_review]
known = {{ known = 0.2, not = 0.4, new = 1.0 }}

[suspended_accounts]
ground = "terms of service, section 8, with GDPR Art. 6(1)(f)"
days = 365

[redress]
contact = "help@lantern.example"
authority = {{ en = "the supervisory authority of your country", sv = "tillsynsmyndigheten i ditt land" }}
court = {{ en = "the court where you live", sv = "domstolen där du bor" }}
"""


def write_settings(data: Path, cybertipline: str, platform: str) -> None:
    """Write `tutela.toml` into a data folder; the addresses are of the sandboxes."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    (data / "tutela.toml").write_text(_TEXT.format(cybertipline=cybertipline, platform=platform), "utf-8")
