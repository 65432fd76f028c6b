"""Fingerprints files in worker processes; a decoder that kills its process costs one file."""

from __future__ import annotations

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Self

from tutela.cli.scan_worker import end_with_parent, fingerprint_file
from tutela.content.folder import FoundFile
from tutela.content.item import Kind, Limits, Outcome
from tutela.detection.fingerprinting import Fingerprinted
from tutela.detection.fingerprints.embedding import EmbeddingSettings
from tutela.detection.matcher import Judgement, Matcher
from tutela.detection.recognition import full_must_decide


class WorkerPool:
    """`jobs` processes. Use it in a `with` block."""

    def __init__(
        self, jobs: int, limits: Limits, excludes: frozenset[str], embedding: EmbeddingSettings | None = None
    ) -> None:
        self._jobs = jobs
        self._limits = limits
        self._excludes = excludes
        self._embedding = embedding
        # The linear algebra library would otherwise start a thread for each core in each worker.
        for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ.setdefault(name, "1")
        self._pool = self._start(jobs)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=error is None, cancel_futures=True)

    def fingerprints(
        self, files: Iterable[FoundFile], *, reduced: bool = True
    ) -> Iterator[tuple[FoundFile, Fingerprinted]]:
        """Yield each file with what is known of it, in the order of the files, working some way ahead.

        Pictures may be reduced unless told otherwise.
        """
        ahead: deque[tuple[FoundFile, Future[Fingerprinted]]] = deque()
        for file in files:
            ahead.append((file, self._submit(self._pool, file, reduced=reduced)))
            if len(ahead) >= 8 * self._jobs:
                yield from self._first(ahead, reduced=reduced)
        while ahead:
            yield from self._first(ahead, reduced=reduced)

    def recognised(
        self, files: Iterable[FoundFile], matcher: Matcher
    ) -> Iterator[tuple[FoundFile, Fingerprinted, Judgement]]:
        """Yield each file with what is known of it and its judgement, in the order of the files.

        Pictures whose full size must decide are made again while later files are under way.
        """
        ahead: deque[tuple[FoundFile, Fingerprinted, Judgement, Future[Fingerprinted] | None]] = deque()
        for file, item in self.fingerprints(files):
            judgement = matcher.judge(item)
            full = self._submit(self._pool, file, reduced=False) if full_must_decide(item, judgement) else None
            ahead.append((file, item, judgement, full))
            if len(ahead) >= 8 * self._jobs:
                yield self._settled(*ahead.popleft(), matcher)
        while ahead:
            yield self._settled(*ahead.popleft(), matcher)

    def _settled(
        self,
        file: FoundFile,
        item: Fingerprinted,
        judgement: Judgement,
        full: Future[Fingerprinted] | None,
        matcher: Matcher,
    ) -> tuple[FoundFile, Fingerprinted, Judgement]:
        if full is None:
            return file, item, judgement
        try:
            item = full.result()
        except BrokenProcessPool:
            item = self._alone(file, reduced=False)
        return file, item, matcher.judge(item)

    def _first(
        self, ahead: deque[tuple[FoundFile, Future[Fingerprinted]]], *, reduced: bool
    ) -> Iterator[tuple[FoundFile, Fingerprinted]]:
        file, future = ahead[0]
        try:
            result = future.result()
        except BrokenProcessPool:
            # Nobody knows which file it was: each that was under way is tried again in a process of its own.
            waiting = [f for f, _ in ahead]
            ahead.clear()
            for one in waiting:
                yield one, self._alone(one, reduced=reduced)
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = self._start(self._jobs)
            return
        ahead.popleft()
        yield file, result

    def _alone(self, file: FoundFile, *, reduced: bool = True) -> Fingerprinted:
        with self._start(1) as pool:
            try:
                return self._submit(pool, file, reduced=reduced).result()
            except BrokenProcessPool:
                return Fingerprinted(Kind.OTHER, file.size, (), Outcome.UNDECODABLE, "the decoder crashed on it")

    def _submit(self, pool: ProcessPoolExecutor, file: FoundFile, *, reduced: bool = True) -> Future[Fingerprinted]:
        try:
            return pool.submit(fingerprint_file, file.path, self._limits, self._excludes, self._embedding, reduced)
        except BrokenProcessPool as error:
            broken: Future[Fingerprinted] = Future()
            broken.set_exception(error)
            return broken

    @staticmethod
    def _start(jobs: int) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("spawn"), initializer=end_with_parent)
