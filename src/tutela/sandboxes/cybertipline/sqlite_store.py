"""The store on SQLite."""

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from tutela.sandboxes.cybertipline.records import Description, Report, RequestNote, State, StoredFile

_TABLES = """
CREATE TABLE IF NOT EXISTS report (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    owner TEXT NOT NULL,
    state TEXT NOT NULL,
    xml BLOB NOT NULL,
    opened TEXT NOT NULL,
    changed TEXT NOT NULL,
    closed TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS file (
    id TEXT PRIMARY KEY,
    report_id INTEGER NOT NULL REFERENCES report (id),
    md5 TEXT NOT NULL,
    size INTEGER NOT NULL,
    name TEXT,
    received TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS file_of_report ON file (report_id);
CREATE TABLE IF NOT EXISTS description (
    file_id TEXT NOT NULL REFERENCES file (id),
    xml BLOB NOT NULL,
    received TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS description_of_file ON description (file_id);
CREATE TABLE IF NOT EXISTS request (
    id TEXT PRIMARY KEY,
    received TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    owner TEXT,
    report_id INTEGER,
    code INTEGER,
    status INTEGER,
    faults TEXT NOT NULL
) STRICT;
"""
FIRST_REPORT = 200_000_001
"""Ids of a realistic length, so that a client which keeps them in too small a field is found out."""


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class SqliteStore:
    """Keeps everything in one SQLite file, or in memory where no path is given.

    May be used from several threads. Raises sqlite3.Error for a path that is no SQLite database or cannot
    be written. `first_report` is the number of the first report of a new store.
    """

    def __init__(self, path: Path | None = None, first_report: int = FIRST_REPORT) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            ":memory:" if path is None else path, check_same_thread=False, isolation_level=None
        )
        # A store that is dropped without close() must not leave its file open.
        self._finalizer = weakref.finalize(self, self._connection.close)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(_TABLES)
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO sqlite_sequence (name, seq) SELECT 'report', ?"
                " WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'report')",
                (first_report - 1,),
            )

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def open_report(self, owner: str, xml: bytes, at: datetime) -> int:
        """Keep a new open report and return its id."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "INSERT INTO report (owner, state, xml, opened, changed) VALUES (?, ?, ?, ?, ?) RETURNING id",
                (owner, State.OPEN, xml, _text(at), _text(at)),
            )
            return int(cursor.fetchone()["id"])

    def report(self, report_id: int) -> Report | None:
        """Return a report with its files, or None where there is none of that id."""
        with self._lock:
            row = self._connection.execute("SELECT * FROM report WHERE id = ?", (report_id,)).fetchone()
            return None if row is None else self._report(row)

    def reports(self) -> list[Report]:
        """Return all reports with their files, oldest first."""
        with self._lock:
            rows = self._connection.execute("SELECT * FROM report ORDER BY id").fetchall()
            return [self._report(row) for row in rows]

    def add_file(self, report_id: int, file: StoredFile) -> bool:
        """Add a file to a report and note the change; return False where the report is not open."""
        with self._transaction() as connection:
            if not _touch(connection, report_id, file.received):
                return False
            connection.execute(
                "INSERT INTO file (id, report_id, md5, size, name, received) VALUES (?, ?, ?, ?, ?, ?)",
                (file.file_id, report_id, file.md5, file.size, file.name, _text(file.received)),
            )
            return True

    def describe_file(self, report_id: int, file_id: str, xml: bytes, at: datetime) -> bool:
        """Add details of a file and note the change; return False where the report is not open."""
        with self._transaction() as connection:
            if not _touch(connection, report_id, at):
                return False
            connection.execute(
                "INSERT INTO description (file_id, xml, received) VALUES (?, ?, ?)", (file_id, xml, _text(at))
            )
            return True

    def close_report(self, report_id: int, state: State, at: datetime) -> bool:
        """Give an open report its final state; return False where it was not open."""
        with self._transaction() as connection:
            cursor = connection.execute(
                "UPDATE report SET state = ?, closed = ? WHERE id = ? AND state = ?",
                (state, _text(at), report_id, State.OPEN),
            )
            return cursor.rowcount == 1

    def note_request(self, note: RequestNote) -> None:
        """Keep a request."""
        with self._transaction() as connection:
            connection.execute(
                "INSERT INTO request (id, received, endpoint, owner, report_id, code, status, faults)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    note.request_id,
                    _text(note.received),
                    note.endpoint,
                    note.owner,
                    note.report_id,
                    note.code,
                    note.status,
                    " ".join(note.faults),
                ),
            )

    def requests(self) -> list[RequestNote]:
        """Return all requests, in the order of their arrival."""
        with self._lock:
            rows = self._connection.execute("SELECT * FROM request ORDER BY rowid").fetchall()
        return [
            RequestNote(
                row["id"],
                datetime.fromisoformat(row["received"]),
                row["endpoint"],
                row["owner"],
                row["report_id"],
                row["code"],
                row["status"],
                tuple(row["faults"].split()),
            )
            for row in rows
        ]

    def close(self) -> None:
        """Close the database; the store is unusable afterwards."""
        with self._lock:
            self._finalizer()

    def _report(self, row: sqlite3.Row) -> Report:
        files = self._connection.execute(
            "SELECT * FROM file WHERE report_id = ? ORDER BY rowid", (row["id"],)
        ).fetchall()
        return Report(
            row["id"],
            row["owner"],
            State(row["state"]),
            row["xml"],
            datetime.fromisoformat(row["opened"]),
            datetime.fromisoformat(row["changed"]),
            None if row["closed"] is None else datetime.fromisoformat(row["closed"]),
            tuple(self._file(file) for file in files),
        )

    def _file(self, row: sqlite3.Row) -> StoredFile:
        rows = self._connection.execute(
            "SELECT xml, received FROM description WHERE file_id = ? ORDER BY rowid", (row["id"],)
        )
        return StoredFile(
            row["id"],
            row["md5"],
            row["size"],
            row["name"],
            datetime.fromisoformat(row["received"]),
            tuple(Description(found["xml"], datetime.fromisoformat(found["received"])) for found in rows),
        )


def _touch(connection: sqlite3.Connection, report_id: int, at: datetime) -> bool:
    cursor = connection.execute(
        "UPDATE report SET changed = ? WHERE id = ? AND state = ?", (_text(at), report_id, State.OPEN)
    )
    return cursor.rowcount == 1
