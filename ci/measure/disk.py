"""The yardsticks of durable writes: SQLite committing one row at a time, and the disk's own flush."""

import os
import sqlite3
import time


def commits_per_second(folder, body, seconds=1.0):
    """One row, one transaction, on disk before the next: WAL with synchronous=FULL, as the store has it."""
    path = os.path.join(folder, "yardstick.sqlite")
    db = sqlite3.connect(path, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        db.execute("CREATE TABLE IF NOT EXISTS t(id TEXT PRIMARY KEY, body BLOB NOT NULL)")
        start = db.execute("SELECT count(*) FROM t").fetchone()[0]
        count, began = 0, time.monotonic()
        while time.monotonic() - began < seconds:
            db.execute("INSERT INTO t VALUES(?, ?)", (f"row-{start + count}", body))
            count += 1
        return count / (time.monotonic() - began)
    finally:
        db.close()


def flushes_per_second(folder, seconds=0.3):
    path = os.path.join(folder, "flush")
    fd = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        count, began, block = 0, time.monotonic(), b"x" * 4096
        while time.monotonic() - began < seconds:
            os.pwrite(fd, block, 0)
            os.fdatasync(fd)
            count += 1
        return count / (time.monotonic() - began)
    finally:
        os.close(fd)
        os.unlink(path)
