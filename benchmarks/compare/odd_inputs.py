"""Small, empty and odd pairs of databases: nothing may be slower there than with a rival.

Each maker gets a folder and returns (base, modified); everything is seeded. Plain sqlite3, so that
the pairs have what OGR never writes.
"""

import random
import shutil
import sqlite3


def connect(path, *pragmas):
    path.unlink(missing_ok=True)
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = OFF")
    for pragma in pragmas:
        database.execute(f"PRAGMA {pragma}")
    return database


def make_pair(folder, name, fill, edit, pragmas=()):
    base, modified = folder / f"{name}.db", folder / f"{name}-edited.db"
    rng = random.Random(name)
    database = connect(base, *pragmas)
    database.execute("BEGIN")
    fill(database, rng)
    database.execute("COMMIT")
    database.close()
    shutil.copyfile(base, modified)
    database = sqlite3.connect(modified, isolation_level=None)
    database.execute("BEGIN")
    edit(database, rng)
    database.execute("COMMIT")
    database.close()
    return base, modified


def plain_rows(count, text_bytes=20):
    def fill(database, rng):
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b REAL, c TEXT)")
        database.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", (
            (row, rng.randrange(1 << 40), rng.random(), rng.randbytes(text_bytes // 2).hex())
            for row in range(count)))
    return fill


def random_edits(count, table="t", key="id"):
    def edit(database, rng):
        keys = [k for (k,) in database.execute(f"SELECT {key} FROM {table}")]
        for k in rng.sample(keys, min(count, len(keys))):
            if rng.random() < 0.8:
                database.execute(f"UPDATE {table} SET a = ? WHERE {key} = ?", (rng.random(), k))
            else:
                database.execute(f"DELETE FROM {table} WHERE {key} = ?", (k,))
    return edit


def statements(*texts):
    def edit(database, rng):
        for text in texts:
            database.execute(text)
    return edit


def many_tables(tables, rows):
    def fill(database, rng):
        for table in range(tables):
            database.execute(f"CREATE TABLE t{table} (id INTEGER PRIMARY KEY, a, b TEXT)")
            database.executemany(f"INSERT INTO t{table} VALUES (?, ?, ?)", (
                (row, rng.randrange(1 << 30), rng.randbytes(8).hex()) for row in range(rows)))
    return fill


def edits_in_tables(tables, count):
    def edit(database, rng):
        for table in range(tables):
            random_edits(count, f"t{table}")(database, rng)
    return edit


def wide(columns, rows):
    def fill(database, rng):
        names = ", ".join(f"c{i}" for i in range(columns - 1))
        database.execute(f"CREATE TABLE t (id INTEGER PRIMARY KEY, a, {names})")
        places = ", ".join("?" * (columns + 1))
        database.executemany(f"INSERT INTO t VALUES ({places})", (
            [row] + [rng.randrange(1 << 20) for _ in range(columns)] for row in range(rows)))
    return fill


def blobs(count, size):
    def fill(database, rng):
        database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, a, b BLOB)")
        database.executemany("INSERT INTO t VALUES (?, 0, ?)", (
            (row, rng.randbytes(size)) for row in range(count)))
    return fill


def keyed(declaration, count):
    def fill(database, rng):
        database.execute(f"CREATE TABLE t {declaration}")
        database.executemany("INSERT OR IGNORE INTO t VALUES (?, ?, ?)", (
            (rng.randbytes(8).hex(), rng.randrange(1 << 40), rng.randbytes(10).hex())
            for _ in range(count)))
    return fill


TEXT_KEYS = "(id TEXT PRIMARY KEY NOT NULL, a, b TEXT)"
COMPOSITE_KEYS = "(id TEXT NOT NULL, a, b TEXT NOT NULL, PRIMARY KEY (id, b))"

MAKERS = {
    "10 rows, 3 edits": lambda f: make_pair(f, "tiny", plain_rows(10), random_edits(3)),
    "10 rows, no edit": lambda f: make_pair(f, "same", plain_rows(10), statements()),
    "500,000 rows, no edit": lambda f: make_pair(f, "same_big", plain_rows(500_000), statements()),
    "500,000 narrow rows, 1 % edits": lambda f: make_pair(
        f, "narrow", plain_rows(500_000, 2), random_edits(5000)),
    "300,000 rows, every row updated": lambda f: make_pair(
        f, "all_updated", plain_rows(300_000), statements("UPDATE t SET a = a + 1")),
    "300,000 rows, all deleted": lambda f: make_pair(
        f, "all_deleted", plain_rows(300_000), statements("DELETE FROM t")),
    "300,000 rows into an empty table": lambda f: tuple(reversed(make_pair(
        f, "all_new", plain_rows(300_000), statements("DELETE FROM t")))),
    "300,000 rows, keys shifted": lambda f: make_pair(
        f, "shifted", plain_rows(300_000), statements(
            "UPDATE t SET id = -id - 1", "UPDATE t SET id = -id")),
    "300 tables of 20 rows, 2 edits each": lambda f: make_pair(
        f, "tables", many_tables(300, 20), edits_in_tables(300, 2)),
    "50 tables of 5,000 rows, 50 edits each": lambda f: make_pair(
        f, "some_tables", many_tables(50, 5000), edits_in_tables(50, 50)),
    "500 columns, 10,000 rows, 1 % edits": lambda f: make_pair(
        f, "wide", wide(500, 10_000), random_edits(100)),
    "200 blobs of 1 MB, 5 edits": lambda f: make_pair(
        f, "blobs", blobs(200, 1 << 20), random_edits(5)),
    "text keys, 200,000 rows": lambda f: make_pair(
        f, "text_keys", keyed(TEXT_KEYS, 200_000), random_edits(2000)),
    "composite keys, 200,000 rows": lambda f: make_pair(
        f, "composite", keyed(COMPOSITE_KEYS, 200_000), random_edits(2000)),
    "WITHOUT ROWID, 200,000 rows": lambda f: make_pair(
        f, "without_rowid", keyed(TEXT_KEYS + " WITHOUT ROWID", 200_000), random_edits(2000)),
    "UTF-16, 200,000 rows": lambda f: make_pair(
        f, "utf16", plain_rows(200_000), random_edits(2000), ("encoding = 'UTF-16le'",)),
    "512-byte pages, 200,000 rows": lambda f: make_pair(
        f, "pages512", plain_rows(200_000), random_edits(2000), ("page_size = 512",)),
    "64 KiB pages, 200,000 rows": lambda f: make_pair(
        f, "pages64k", plain_rows(200_000), random_edits(2000), ("page_size = 65536",)),
}


def make_wal(folder):
    """As left by a program that was killed: the edits are in the write-ahead log only."""
    base, modified = make_pair(folder, "wal", plain_rows(200_000), statements())
    live = folder / "wal-live.db"
    shutil.copyfile(modified, live)
    database = sqlite3.connect(live, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA wal_autocheckpoint = 0")
    database.execute("BEGIN")
    random_edits(2000)(database, random.Random("wal"))
    database.execute("COMMIT")
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{live}{suffix}", f"{modified}{suffix}")
    database.close()
    return base, modified


MAKERS["pending write-ahead log, 200,000 rows"] = make_wal
