"""Writes the JSON Schema of the manifest from its types: `python -m tutela.referral.package.schema FILE...`.

With `--check` it writes nothing and fails where a file differs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tutela.referral.package.manifest import Manifest

HERE = Path(__file__).with_name("manifest.schema.json")


def schema_text() -> str:
    """Return the schema (JSON Schema 2020-12)."""
    schema = Manifest.model_json_schema(mode="validation")
    schema["anyOf"] = [{"required": [part], "properties": {part: {"minItems": 1}}} for part in ("items", "withdrawn")]
    about = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:tutela:package:1"}
    return json.dumps(about | schema, indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the files, or check them."""
    paths = [Path(name) for name in arguments if name != "--check"]
    wanted = schema_text()
    if "--check" not in arguments:
        for path in paths:
            path.write_text(wanted, "utf-8")
        return 0
    behind = [str(path) for path in paths if not path.exists() or path.read_text("utf-8") != wanted]
    if behind:
        sys.stderr.write(f"{', '.join(behind)}: not the schema of the code; run make docs\n")
    return 1 if behind else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
