"""Finding, reading, converting and applying changesets."""

import contextlib
import json
import os
import pathlib
import pickle
import signal
import sqlite3
import threading

import pytest

import qfcsync


def diff(files, name="ours", **options):
    return qfcsync.diff(files.path("base"), files.path(name), **options)


def test_a_diff_lists_changes_with_names_and_values(files):
    changes = list(diff(files))
    assert [(it.operation, it.table, it.key) for it in changes] == [
        ("insert", "inspections", {"fid": 5}), ("delete", "inspections", {"fid": 4}),
        ("update", "inspections", {"fid": 1}), ("update", "trees", {"fid": 1}),
        ("update", "trees", {"fid": 2})]
    insert, delete, update = changes[:3]
    assert insert.old == {} and insert.new["note"] == "new nest"
    assert delete.new == {} and delete.old["inspector"] == "Bob"
    assert update.old == {"fid": 1, "note": "crown thinned"}
    assert update.new == {"note": "crown is dry"}
    assert update.columns == ("fid", "tree", "day", "inspector", "note")
    assert update.new_values == (*[qfcsync.UNDEFINED] * 4, "crown is dry")
    assert not update.is_indirect
    assert repr(update) == "<update inspections {'fid': 1}>"


def test_values_have_the_type_that_they_have_in_sqlite(tmp_path):
    for name, row in [("a", ()), ("b", (1, -2**63, 0.5, "ü\0x", b"\0\xff", None))]:
        database = sqlite3.connect(tmp_path / name)
        database.execute("create table t (id integer primary key, i, r, t, b, n)")
        if row:
            database.execute("insert into t values (?, ?, ?, ?, ?, ?)", row)
            database.execute("insert into t (id, t) values (2, cast(x'ff41' as text))")
        database.commit()
        database.close()
    first, second = qfcsync.diff(tmp_path / "a", tmp_path / "b")
    assert first.new_values == (1, -2**63, 0.5, "ü\0x", b"\0\xff", None)
    assert second.new["t"].encode("utf-8", "surrogateescape") == b"\xffA"


def test_changesets_travel_between_processes(files):
    changes = diff(files)
    assert bytes(pickle.loads(pickle.dumps(changes))) == bytes(changes)


def test_damage_is_named_even_where_names_are_damaged():
    with pytest.raises(qfcsync.errors.Corrupt):
        list(qfcsync.Changeset(b"T\x01\x01t\xe9\0\x12\0\x01"))


def test_undefined_is_false_and_not_none():
    assert not qfcsync.UNDEFINED
    assert qfcsync.UNDEFINED is not None
    assert repr(qfcsync.UNDEFINED) == "UNDEFINED"


def test_files_are_named_by_str_or_path_and_changesets_may_be_bytes(files):
    changes = qfcsync.diff(str(files.path("base")), str(files.path("ours")))
    assert changes.path is None and bytes(changes)
    saved = changes.save(files.folder / "ours.changeset")
    assert saved.path == files.folder / "ours.changeset"
    assert bytes(saved) == bytes(changes)
    for given in [changes, bytes(changes), bytearray(bytes(changes)), memoryview(bytes(changes)),
                  saved.path, str(saved.path)]:
        assert qfcsync.Changeset(given).summary().changes == 5
        assert bytes(qfcsync.invert(given)) == bytes(changes.invert())
    written = diff(files, output=files.folder / "written")
    assert bytes(written) == bytes(changes)


def test_summary_and_report_count_and_name_what_was_left_out(files):
    files.query("base", "create table notes (text)")
    files.query("ours", "create table notes (text)")
    changes = diff(files)
    tables = [(it.name, it.inserts, it.updates, it.deletes) for it in changes.summary().tables]
    assert tables == [("inspections", 1, 1, 1), ("trees", 0, 2, 0)]
    assert changes.report.summary.changes == 5
    assert changes.report.method in ("leaves", "pages", "sqlite")
    note = next(it for it in changes.report.notes if it.table == "notes")
    assert note.reason == "no_key" and "notes" in note.text and not note.has_changes
    files.query("ours", "insert into notes values ('new')")
    note = next(it for it in diff(files).report.notes if it.table == "notes")
    assert note.has_changes


def test_no_changes_are_an_empty_changeset(files):
    nothing = diff(files, "base")
    assert not nothing and list(nothing) == [] and nothing.summary().changes == 0
    assert diff(files)


def test_all_methods_and_a_manifest_give_the_same_changeset(files):
    manifest = qfcsync.manifest(files.path("base"))
    assert qfcsync.manifest(files.path("base"), files.folder / "manifest") is None
    expected = bytes(diff(files))
    for method in ("auto", "leaves", "pages", "sqlite"):
        assert bytes(diff(files, method=method)) == expected, method
    for given in (manifest, files.folder / "manifest"):
        assert bytes(diff(files, manifest=given)) == expected


def test_progress_stops_a_manifest(files):
    told = []
    assert qfcsync.manifest(files.path("base"), progress=lambda share: told.append(share)) and told
    with pytest.raises(qfcsync.Cancelled):
        qfcsync.manifest(files.path("base"), progress=lambda share: False)


def write_and_interrupt(pipe, data):
    """Writes into a pipe, with a Ctrl-C on the way; the reader may go away."""
    with open(pipe, "wb", buffering=0) as out, contextlib.suppress(BrokenPipeError):
        out.write(data[:len(data) // 4])
        os.kill(os.getpid(), signal.SIGINT)
        out.write(data[len(data) // 4:])


def test_ctrl_c_stops_operations_without_progress(files):
    for name, count in [("empty", 0), ("large", 8)]:
        files.query(name, "create table t (id integer primary key, b blob)")
        for _ in range(count):
            files.query(name, "insert into t (b) values (zeroblob(1048576))")
    large = qfcsync.diff(files.path("empty"), files.path("large"))
    document = large.to_json().encode()
    pipe = files.folder / "pipe"
    os.mkfifo(pipe)
    for operation, data in [(qfcsync.invert, bytes(large)),
                            (lambda it: qfcsync.concat([it]), bytes(large)),
                            (lambda it: qfcsync.Changeset(it).summary(), bytes(large)),
                            (lambda it: qfcsync.Changeset(it).save(files.folder / "saved"),
                             bytes(large)),
                            (qfcsync.read_json, document)]:
        writer = threading.Thread(target=write_and_interrupt, args=(pipe, data))
        writer.start()
        with pytest.raises(KeyboardInterrupt):
            operation(pipe)
        writer.join()
    assert not (files.folder / "saved").exists()


def test_the_envelope_can_be_left_out_and_names_then_are_numbers(files):
    with_names = diff(files, base_id="day one", tables=["trees"])
    assert with_names.envelope.base_id == "day one"
    assert with_names.envelope.tool_version.endswith(qfcsync.__version__)
    assert with_names.envelope.max_keys["trees"] == 12  # of both sides
    bare = diff(files, with_envelope=False)
    assert bare.envelope is None
    assert next(iter(bare)).columns[:2] == ("c0", "c1")


def test_a_reader_closes_its_file(files):
    path = diff(files).save(files.folder / "changes").path
    before = set(os.listdir("/proc/self/fd"))
    with qfcsync.Changeset(path).open() as reader:
        assert next(reader).operation == "insert"
        assert set(os.listdir("/proc/self/fd")) != before
    assert set(os.listdir("/proc/self/fd")) == before
    with pytest.raises(qfcsync.InvalidArgument):
        next(reader)


def test_json_leads_back_and_geojson_has_the_features(files):
    changes = diff(files)
    text = changes.to_json()
    assert "crown is dry" in text and json.loads(text)
    assert qfcsync.from_json(text).to_json() == text
    changes.write_json(files.folder / "changes.json")
    assert (files.folder / "changes.json").read_text() == text
    assert qfcsync.read_json(files.folder / "changes.json").to_json() == text
    features = json.loads(changes.to_geojson())
    assert features["type"] == "FeatureCollection"
    assert {it["properties"]["table"] for it in features["features"]} >= {"trees"}
    changes.write_geojson(files.folder / "changes.geojson")
    assert json.loads((files.folder / "changes.geojson").read_text()) == features
    bare = diff(files, with_envelope=False)
    assert "species" in bare.to_json(schema=qfcsync.schema(files.path("base")))


def test_apply_makes_the_copy_and_invert_takes_it_back(files):
    changes = diff(files)
    trial = qfcsync.apply(files.path("target"), changes, dry_run=True)
    assert not trial.is_applied and trial.changes_applied == 5
    assert files.rows("target") == files.rows("base")
    assert qfcsync.apply(files.path("target"), bytes(changes)).is_applied
    assert files.rows("target") == files.rows("ours")
    back = qfcsync.concat([changes, changes.invert()])
    assert not back
    assert qfcsync.apply(str(files.path("target")), changes.invert()).is_applied
    assert files.rows("target") == files.rows("base")


def test_mismatches_are_results_with_expected_and_found(files):
    told = []
    theirs = files.path("theirs")
    before = files.rows("theirs")
    result = qfcsync.apply(theirs, diff(files), on_mismatch=told.append)
    assert not result.is_applied and files.rows("theirs") == before
    assert result.mismatch_count == len(told) >= 1
    assert json.loads(told[0].to_json())["kind"] == told[0].kind
    result = qfcsync.apply(theirs, diff(files), policy="skip")
    assert result.is_applied and result.changes_skipped == 2
    by_kind = {it.kind: it for it in result.mismatches}
    other = by_kind["other_value"]
    assert (other.table, other.key_columns, other.key, other.column) == (
        "inspections", ["fid"], (1,), "note")
    assert (other.expected, other.found) == ("crown thinned", "thin it again")
    assert other.operation == "update" and other.text in repr(other)
    assert by_kind["existing_row"].key == (5,)


def test_a_schema_lists_tables_and_compares(files):
    schema = qfcsync.schema(files.path("base"))
    trees = next(it for it in schema.tables if it.name == "trees")
    assert (trees.geometry_column, trees.geometry_type, trees.srs_id) == ("geom", "POINT", 2056)
    assert [it.name for it in trees.columns][:3] == ["fid", "geom", "species"]
    assert trees.columns[0].key == 1 and trees.has_integer_key
    assert len(schema.fingerprint) == 64
    described = json.loads(schema.to_json())
    assert described["fingerprint"] == schema.fingerprint
    assert [it["name"] for it in described["tables"]] == [it.name for it in schema.tables]
    files.query("ours", "alter table inspections add column weather text")
    other = qfcsync.schema(files.path("ours"))
    assert schema.fingerprint != other.fingerprint
    (step,) = schema.compare(other)
    assert (step.kind, step.table, step.column) == ("add_column", "inspections", "weather")
    with pytest.raises(qfcsync.SchemaMismatch, match="weather"):
        diff(files)
    left_out = diff(files, schema_policy="report")
    assert {it.table for it in left_out} == {"trees"}
    assert str(left_out.report.schema_operations[0]) == str(step)


def test_paths_that_are_bytes_are_content(files):
    with pytest.raises(qfcsync.Corrupt):
        list(qfcsync.Changeset(b"/no/changeset"))
    with pytest.raises(TypeError):
        qfcsync.Changeset(5)
    assert isinstance(qfcsync.Changeset(pathlib.Path("x")).path, pathlib.Path)
