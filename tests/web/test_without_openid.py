"""The server runs without the extra of OpenID Connect where no provider is configured."""

from __future__ import annotations

import subprocess
import sys


def test_the_console_needs_neither_authlib_nor_joserfc() -> None:
    code = (
        "import sys\n"
        "class Hidden:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.partition('.')[0] in ('authlib', 'joserfc'):\n"
        "            raise ModuleNotFoundError(name, name=name)\n"
        "sys.meta_path.insert(0, Hidden())\n"
        "import tutela.web.app, tutela.web.access_table\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
