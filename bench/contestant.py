"""The side of the one who measures: starts a worker, gives it orders, and stops it when its time is over."""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from bench.engine import MissingPeerError

START_SECONDS = 120.0


class GaveUpError(Exception):
    """A worker did not finish: out of time, out of memory, or dead; the text says which."""


class Contestant:
    """A worker process with one engine."""

    def __init__(self, name: str, limit: float) -> None:
        """Start it. `limit` is the most seconds that one order may take.

        Raises MissingPeerError where what it measures is not installed, GaveUpError where it does not start.
        """
        self.name = name
        self._limit = limit
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", name],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=Path(__file__).parents[1],
        )
        self._lines: queue.Queue[str] = queue.Queue()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self._answer("start", START_SECONDS)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def tell(self, do: str, **order: Any) -> dict[str, Any]:
        """Give an order and return its answer; raises GaveUpError, after which the worker is gone."""
        assert self._process.stdin is not None  # noqa: S101 - it was opened as a pipe
        try:
            self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
            self._process.stdin.flush()
        except OSError as error:
            raise GaveUpError(f"{self.name} ended before it was told to {do}") from error
        return self._answer(do, self._limit)

    def stop(self) -> None:
        """End the worker, if it still runs."""
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                # What was not yet sent to a worker that is gone cannot be flushed.
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101 - it was opened as a pipe
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def _answer(self, do: str, limit: float) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=limit)
        except queue.Empty:
            self.stop()
            raise GaveUpError(f"{self.name} did not {do} within {limit:.0f} seconds") from None
        if not line:
            code = self._process.wait()
            raise GaveUpError(f"{self.name} ended with code {code} when told to {do} (-9 is often a lack of memory)")
        answer: dict[str, Any] = json.loads(line)
        if "missing" in answer:
            raise MissingPeerError(answer["missing"])
        if "failed" in answer:
            raise GaveUpError(f"{self.name} could not {do}: {answer['failed']}")
        return answer
