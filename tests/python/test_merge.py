"""Rebase and merge: nothing is lost without being told."""

import json

import pytest

import qfcsync


def merge(files, **options):
    return qfcsync.merge(files.path("base"), files.path("ours"), files.path("theirs"),
                         files.path("result"), **options)


def note(files, name, fid):
    return files.query(name, f"select note from inspections where fid = {fid}")[0][0]


def test_a_merge_has_both_sides_and_tells_the_conflicts(files):
    told = []
    merged = merge(files, on_conflict=told.append)
    assert note(files, "result", 1) == "crown is dry"
    assert (note(files, "result", 5), note(files, "result", 6)) == ("beetle is gone", "new nest")
    assert files.query("result", "select height, healthy from trees where fid = 1") == [(12.5, 0)]

    by_kind = {it.kind: it for it in merged.conflicts}
    assert sorted(by_kind) == ["key_collision", "same_cell"] and len(told) == 2
    same = by_kind["same_cell"]
    assert (same.table, same.key_columns, same.key, same.written) == (
        "inspections", ["fid"], (1,), "ours")
    (cell,) = same.cells
    assert (cell.name, cell.base, cell.ours, cell.theirs) == (
        "note", "crown thinned", "crown is dry", "thin it again")
    assert json.loads(same.to_json())["kind"] == "same_cell"
    assert by_kind["key_collision"].new_key == (6,)
    assert [(it.table, it.before, it.after) for it in merged.renumbered] == [("inspections", 5, 6)]
    assert (merged.ours.changes, merged.theirs.changes) == (5, 3)


def test_policies_and_resolvers_decide(files):
    assert merge(files, policy="theirs").conflicts
    assert note(files, "result", 1) == "thin it again"
    asked = []

    def resolve(conflict):
        asked.append(conflict.kind)
        return "theirs"

    merge(files, policy="ask", resolve=resolve)
    assert "same_cell" in asked
    assert note(files, "result", 1) == "thin it again"
    for answer in ("nobody", None):
        with pytest.raises(qfcsync.InvalidArgument, match="ours, theirs"):
            merge(files, policy="ask", resolve=lambda conflict: answer)
    with pytest.raises(qfcsync.InvalidArgument):
        merge(files, policy="ask")
    with pytest.raises(qfcsync.InvalidArgument, match="ours, theirs, ask"):
        merge(files, policy="mine")


def test_a_rebased_changeset_applies_after_theirs(files):
    ours = qfcsync.diff(files.path("base"), files.path("ours"))
    theirs = qfcsync.diff(files.path("base"), files.path("theirs"))
    changeset, conflicts, renumbered, count = qfcsync.rebase(ours, bytes(theirs),
                                                             max_keys={"inspections": 100})
    assert count == changeset.summary().changes
    assert {it.kind for it in conflicts} == {"same_cell", "key_collision"}
    assert renumbered[0].after == 101
    assert qfcsync.apply(files.path("theirs"), changeset).is_applied
    assert note(files, "theirs", 101) == "new nest"
    written = qfcsync.rebase(ours, theirs, output=files.folder / "rebased",
                             max_keys={"inspections": 100})
    assert bytes(written.changeset) == bytes(changeset)


def test_relations_of_the_caller_follow_renumbered_keys(files):
    for name in ("base", "ours", "theirs"):
        files.query(name, "create table photos (id integer primary key, inspection integer)")
    files.query("ours", "insert into photos values (1, 5)")
    relation = qfcsync.Relation("photos", ["inspection"], "inspections", ["fid"])
    assert relation.origin == "caller"
    merge(files, relations=[relation])
    assert files.query("result", "select inspection from photos") == [(6,)]


def test_a_relation_that_no_table_has_is_refused_by_name(files):
    relation = qfcsync.Relation("inspections", ["tre"], "trees", ["fid"])
    with pytest.raises(qfcsync.NotFound, match="inspections has no column tre;"):
        merge(files, relations=[relation])
    assert not files.path("result").exists()
    ours = qfcsync.diff(files.path("base"), files.path("ours"))
    with pytest.raises(qfcsync.NotFound, match="inspections has no column tre;"):
        qfcsync.rebase(ours, b"", relations=[relation])
    plain = qfcsync.diff(files.path("base"), files.path("ours"), with_envelope=False)
    with pytest.raises(qfcsync.InvalidArgument, match="pass the schema"):
        qfcsync.rebase(plain, b"", relations=[relation])


def test_an_exception_in_a_handler_stops_the_merge_and_leaves_no_result(files):
    def complain(conflict):
        raise ValueError("no such conflict, please")

    with pytest.raises(ValueError, match="please"):
        merge(files, on_conflict=complain)
    assert not files.path("result").exists()
    with pytest.raises(ValueError, match="please"):
        merge(files, policy="ask", resolve=complain)
    assert not files.path("result").exists()
