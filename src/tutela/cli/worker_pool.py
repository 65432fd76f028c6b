"""Fingerprints files in confined workers, in the order of the files."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future
from types import TracebackType
from typing import Self

from tutela.content.folder import FoundFile
from tutela.content.item import Limits
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.fingerprints.registry import installed_kinds
from tutela.detection.matcher import Judgement, Matcher
from tutela.detection.recognition import full_must_decide
from tutela.detection.workers.budget import Budget
from tutela.detection.workers.engine import Workers


class WorkerPool:
    """`jobs` workers. Use it in a `with` block."""

    def __init__(
        self,
        jobs: int,
        limits: Limits,
        excludes: frozenset[str],
        embedding: EmbeddingSettings | None = None,
        budget: Budget | None = None,
    ) -> None:
        self._ahead = 8 * jobs
        self._excludes = excludes
        self._kinds = tuple(installed_kinds(embedding).values())
        self._workers = Workers(jobs, limits, budget, embedding)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._workers.close()

    def fingerprints(
        self, files: Iterable[FoundFile], *, reduced: bool = True
    ) -> Iterator[tuple[FoundFile, Fingerprinted]]:
        """Yield each file with what is known of it, in the order of the files, working some way ahead.

        Pictures may be reduced, unless told not to.
        """
        ahead: deque[tuple[FoundFile, Future[Fingerprinted]]] = deque()
        for file in files:
            ahead.append((file, self._submit(file, reduced=reduced)))
            if len(ahead) >= self._ahead:
                first, future = ahead.popleft()
                yield first, future.result()
        for file, future in ahead:
            yield file, future.result()

    def recognised(
        self, files: Iterable[FoundFile], matcher: Matcher
    ) -> Iterator[tuple[FoundFile, Fingerprinted, Judgement]]:
        """Yield each file with what is known of it and its judgement, in the order of the files.

        Pictures whose full size must decide are made again while later files are under way.
        """
        ahead: deque[tuple[FoundFile, Fingerprinted, Judgement, Future[Fingerprinted] | None]] = deque()
        for file, item in self.fingerprints(files):
            judgement = matcher.judge(item)
            full = self._submit(file, reduced=False) if full_must_decide(item, judgement) else None
            ahead.append((file, item, judgement, full))
            if len(ahead) >= self._ahead:
                yield _settled(*ahead.popleft(), matcher)
        while ahead:
            yield _settled(*ahead.popleft(), matcher)

    def _submit(self, file: FoundFile, *, reduced: bool) -> Future[Fingerprinted]:
        return self._workers.submit(file.path, self._kinds, self._excludes, reduced=reduced)


def _settled(
    file: FoundFile, item: Fingerprinted, judgement: Judgement, full: Future[Fingerprinted] | None, matcher: Matcher
) -> tuple[FoundFile, Fingerprinted, Judgement]:
    if full is None:
        return file, item, judgement
    item = full.result()
    return file, item, matcher.judge(item)
