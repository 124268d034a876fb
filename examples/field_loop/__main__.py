"""The field loop: two devices, one server, the unmodified QFieldCloud SDK and CLI.

Started by quickstart.sh, which builds the server and runs it. Every step is checked; the first
one that does not hold ends the loop with a message and exit status 1.
"""

import argparse
import collections
import pathlib
import shutil
import sys
import time

from osgeo import gdal, ogr

import gpkg_check
from cloud import Account
from device import Device, project_file_in, read_layers
from qfieldcloud_sdk.sdk import FileTransferType, JobTypes, ProjectCollaboratorRole
from story import StepFailed, expect, failed, feature_table, held, says, title

ROWS_NEEDED = 3  # one to fight for, one to change, one to delete


class FieldLoop:
    def __init__(self, ada, bob, folder, work):
        self.ada = ada
        self.bob = bob
        self.folder = folder
        self.work = work
        self.project_id = None
        self.downloads = 0

    def run(self):
        self.create_project()
        self.upload()
        phone, tablet = self.package_for_both("Packaging, and download on two devices")
        self.choose_layer(phone)
        if len(phone.rows(self.layer_id)) < ROWS_NEEDED:
            phone, tablet = self.fill_layer(phone)
        self.before = phone.rows(self.layer_id)
        title(f'Layer "{phone.layer(self.layer_id).name}" before')
        feature_table(self.before, self.columns, {})

        self.first_push(phone)
        self.second_push(tablet)
        self.refused_push(phone)
        phone, tablet = self.package_for_both("Both devices download again")
        self.check_result(phone, tablet)
        self.check_photo()
        self.check_sources()

    # --- the project

    def create_project(self):
        title("A project for two people")
        name = "".join(c if c.isascii() and c.isalnum() else "_" for c in self.folder.name)
        project = self.ada.cli("create-project", name or "project", "--description", "Field loop")
        self.project_id = project["id"]
        says("ada, CLI", f"created project {project['owner']}/{project['name']} {self.project_id}")
        row = self.ada.sdk.add_project_collaborator(self.project_id, "bob",
                                                    ProjectCollaboratorRole.EDITOR)
        expect(row["role"] == "editor", f"bob should be editor, is {row['role']}")
        says("ada, SDK", "made bob an editor of it")
        names = [project["name"] for project in self.bob.sdk.list_projects()]
        expect(name in names, f"bob does not see the project; he sees {names}")
        held("bob sees the project in his list")

    def upload(self):
        title("Upload")
        self.ada.cli("upload-files", self.project_id, str(self.folder), "--throw-on-error")
        local = {file["name"] for file in self.ada.sdk.list_local_files(str(self.folder), "*")}
        listed = {file["name"]: file for file in self.ada.cli("list-files", self.project_id)}
        expect(set(listed) == local, f"uploaded {sorted(local)}, server lists {sorted(listed)}")
        for name, file in sorted(listed.items()):
            says("server", f"{file['size']:>10,} bytes  {file['md5sum']:<35} {name}")
        project = self.ada.wait_until_processed(self.project_id)
        expect(project["status"] == "ok", f"project status is {project['status']}")
        held(f"project file {project['the_qgis_file_name']} was read, status ok")

    # --- packaging and download

    def package_for_both(self, heading):
        title(heading)
        project = self.ada.sdk.get_project(self.project_id)
        expect(project["needs_repackaging"] is True, "needs_repackaging should be true by now")
        start = time.monotonic()
        job = self.ada.sdk.job_trigger(self.project_id, JobTypes.PACKAGE)
        job = self.ada.wait_for_job(job["id"])
        expect(job["status"] == "finished", f"package job failed: {job['feedback']}")
        says("server", f"packaged the project in {1000 * (time.monotonic() - start):.0f} ms")
        latest = self.bob.cli("package-latest", self.project_id)
        for layer in latest["layers"].values():
            verdict = "valid" if layer["is_valid"] else f"not valid ({layer['error_code']})"
            says("server", f'layer "{layer["name"]}" is {verdict}')
        project = self.ada.sdk.get_project(self.project_id)
        expect(project["needs_repackaging"] is False, "needs_repackaging should be false now")
        phone = self.download(self.ada, "ada's phone", latest, by_cli=False)
        tablet = self.download(self.bob, "bob's tablet", latest, by_cli=True)
        expect((phone.folder / "data.gpkg").read_bytes() == (tablet.folder / "data.gpkg")
               .read_bytes(), "the two devices got different data.gpkg")
        held("both devices hold the same data.gpkg")
        return phone, tablet

    def download(self, account, name, latest, by_cli):
        self.downloads += 1
        folder = self.work / f"device_{self.downloads}"
        folder.mkdir()
        if by_cli:
            account.cli("package-download", self.project_id, str(folder), "--throw-on-error")
        else:
            account.sdk.package_download(self.project_id, str(folder), throw_on_error=True)
        for file in latest["files"]:
            size = (folder / file["name"]).stat().st_size
            expect(size == file["size"], f"{file['name']}: {size} bytes, {file['size']} listed")
        expect((folder / "data.gpkg").is_file(), "no layer of this project is packaged for offline"
               " editing; the loop needs one in a GeoPackage")
        says(name, f"downloaded {len(latest['files'])} files with the {'CLI' if by_cli else 'SDK'}")
        return Device(name, folder, latest["package_id"])

    # --- what to edit

    def choose_layer(self, device):
        """The layer with most rows that has a text field, spatial ones first."""
        def text_fields(layer):
            return [name for name, kind in device.fields(layer.id).items()
                    if kind == ogr.OFTString and name not in layer.attachment_fields]
        usable = [layer for layer in device.layers if text_fields(layer)]
        expect(usable, "no editable layer of this project has a text field to play with")
        layer = max(usable, key=lambda layer: (device.geometry_type(layer.id) != ogr.wkbNone,
                                               len(device.rows(layer.id))))
        numbers = [name for name, kind in device.fields(layer.id).items()
                   if kind in (ogr.OFTInteger, ogr.OFTInteger64, ogr.OFTReal)]
        self.layer_id = layer.id
        self.text_field = text_fields(layer)[0]
        self.number_field = numbers[0] if numbers else None
        self.photo_field = next(iter(sorted(layer.attachment_fields)), None)
        self.columns = [name for name in (self.text_field, self.number_field, self.photo_field)
                        if name]

    def new_feature(self, device, text):
        """Attributes and geometry for a new feature, after the model of an existing one.

        The form is filled in completely: what is left empty, the source may fill with a default of
        its own, which later counts as a difference to what the device knows.
        """
        rows = device.rows(self.layer_id)
        if not rows:
            return {self.text_field: text}, None
        model = next(iter(rows.values()))
        left_out = device.layer(self.layer_id).attachment_fields | device.keys(self.layer_id)
        attributes = {name: value for name, value in model["attributes"].items()
                      if name not in left_out}
        attributes[self.text_field] = text
        return attributes, moved(model["wkt"], 12.5)

    def fill_layer(self, device):
        title("The layer has hardly any features; ada adds some first")
        for number in range(ROWS_NEEDED):
            device.create(self.layer_id, *self.new_feature(device, f"feature {number}"))
        self.push(self.ada, device, by_cli=False, expected={"STATUS_APPLIED": ROWS_NEEDED})
        return self.package_for_both("Packaging once more")

    # --- pushes

    def push(self, account, device, by_cli, expected):
        path, deltafile_id = device.write_deltafile(self.project_id)
        if by_cli:
            account.cli("--human", "delta-push", self.project_id, str(path))
        else:
            account.sdk.push_delta(self.project_id, str(path))
        start = time.monotonic()
        deltas = account.wait_for_deltas(self.project_id, deltafile_id)
        took = 1000 * (time.monotonic() - start)
        says(device.name, f"pushed {len(deltas)} deltas, final state read after {took:.0f} ms")
        for delta in deltas:
            feedback = delta["last_feedback"] or {}
            says("server", f"{delta['content']['method']:<7} {delta['status']:<19}"
                           f" {feedback.get('msg', '')}")
            for conflict in feedback.get("conflicts") or []:
                says("server", "        " + " ".join(conflict.splitlines()))
        got = collections.Counter(delta["status"] for delta in deltas)
        expect(got == collections.Counter(expected), f"expected {expected}, got {dict(got)}")
        return deltas

    def first_push(self, phone):
        title("Ada edits offline and pushes")
        self.fought_for, self.moved, self.deleted = sorted(self.before, key=sort_key)[:ROWS_NEEDED]
        phone.change(self.layer_id, self.fought_for, {self.text_field: "as ada saw it"})
        says(phone.name, f"feature {self.fought_for}: {self.text_field} = 'as ada saw it'")
        self.move_and_photograph(phone)
        self.ada_created = phone.create(self.layer_id, *self.new_feature(phone, "new from ada"))
        says(phone.name, f"created a feature, local key {self.ada_created}")
        self.push(self.ada, phone, by_cli=False, expected={"STATUS_APPLIED": 3})

    def move_and_photograph(self, phone):
        changes = {}
        if self.number_field:
            old = self.before[self.moved]["attributes"][self.number_field]
            changes[self.number_field] = (old or 0) + 1
        self.photo = "DCIM/field_loop.jpg"
        self.photo_file = phone.folder / self.photo
        self.photo_bytes = take_photo(self.photo_file)
        if self.photo_field:
            changes[self.photo_field] = self.photo
        self.moved_wkt = moved(self.before[self.moved]["wkt"], 3.25)
        phone.change(self.layer_id, self.moved, changes or {self.text_field: "changed"},
                     self.moved_wkt)
        self.moved_changes = changes
        says(phone.name, f"feature {self.moved}: moved, {changes}")

    def second_push(self, tablet):
        title("Bob, who has not seen that, edits the same attribute (last writer wins)")
        tablet.change(self.layer_id, self.fought_for, {self.text_field: "as bob saw it"})
        says(tablet.name, f"feature {self.fought_for}: {self.text_field} = 'as bob saw it'")
        tablet.delete(self.layer_id, self.deleted)
        says(tablet.name, f"feature {self.deleted}: deleted")
        tablet.create(self.layer_id, *self.new_feature(tablet, "new from bob"))
        says(tablet.name, "created a feature")
        self.push(self.bob, tablet, by_cli=True, expected={"STATUS_APPLIED": 3})
        held("settled by the project's setting overwrite_conflicts = true: bob's value stands")

    def refused_push(self, phone):
        title("The project now reports conflicts instead; ada edits the attribute once more")
        project = self.ada.patch(f"projects/{self.project_id}/", {"overwrite_conflicts": False})
        expect(project["overwrite_conflicts"] is False, "overwrite_conflicts was not changed")
        phone.change(self.layer_id, self.fought_for, {self.text_field: "ada insists"})
        phone.change_created(self.layer_id, self.ada_created,
                             {self.text_field: "new from ada, second thought"})
        says(phone.name, f"feature {self.fought_for}: {self.text_field} = 'ada insists'")
        says(phone.name, f"changed the feature with local key {self.ada_created} that she created")
        deltas = self.push(self.ada, phone, by_cli=False,
                           expected={"STATUS_CONFLICT": 1, "STATUS_APPLIED": 1})
        feedback = next(delta["last_feedback"] for delta in deltas
                        if delta["status"] == "STATUS_CONFLICT")
        expect(feedback["conflicts"] and "as bob saw it" in feedback["conflicts"][0],
               f"the conflict should name bob's value: {feedback}")
        held("the conflict was reported with both values; bob's value stays")
        held("the feature created offline was found by its local key")

    # --- what came of it

    def check_result(self, phone, tablet):
        rows = phone.rows(self.layer_id)
        expect(rows == tablet.rows(self.layer_id), "the devices see different features")
        marks = {self.fought_for: "*", self.moved: "*"}
        marks.update({key: "+" for key in rows if key not in self.before})
        title("The layer after (* changed, + new)")
        feature_table(rows, self.columns, marks)
        texts = {key: row["attributes"][self.text_field] for key, row in rows.items()}
        expect(texts[self.fought_for] == "as bob saw it", f"winner: {texts[self.fought_for]!r}")
        expect(self.deleted not in rows, f"feature {self.deleted} should be gone")
        created = sorted(texts[key] for key in rows if key not in self.before)
        expect(created == ["new from ada, second thought", "new from bob"], f"created: {created}")
        for name, value in self.moved_changes.items():
            got = rows[self.moved]["attributes"][name]
            expect(got == value, f"feature {self.moved}: {name} is {got!r}, not {value!r}")
        expect(same_place(rows[self.moved]["wkt"], self.moved_wkt),
               f"feature {self.moved} is at {rows[self.moved]['wkt']}, not {self.moved_wkt}")
        touched = {self.fought_for, self.moved, self.deleted}
        for key in set(self.before) - touched:
            same = {name: rows[key]["attributes"][name] for name in self.columns}
            old = {name: self.before[key]["attributes"][name] for name in self.columns}
            expect(same == old, f"feature {key} was not edited but changed from {old} to {same}")
        held("both devices show bob's value, the moved feature, both new ones, not the deleted one")
        held(f"the other {len(self.before) - len(touched)} features are as before")

    def check_photo(self):
        title("The photo follows")
        self.ada.sdk.upload_file(self.project_id, FileTransferType.PROJECT, self.photo_file,
                                 self.photo, False)
        says("ada's phone", f"uploaded {self.photo}")
        latest = self.bob.sdk.package_latest(self.project_id)
        entry = next((file for file in latest["files"] if file["name"] == self.photo), None)
        expect(entry and entry["is_attachment"], f"{self.photo} is no attachment of the package")
        target = self.work / "photos"
        self.bob.sdk.package_download(self.project_id, str(target), filter_glob=self.photo,
                                      throw_on_error=True)
        expect((target / self.photo).read_bytes() == self.photo_bytes, "the photo has other bytes")
        held("bob's tablet downloaded it with the package, byte for byte")

    def check_sources(self):
        title("The GeoPackage in the project itself")
        layer = next(layer for layer in read_layers(project_file_in(self.folder))
                     if layer.id == self.layer_id)
        base = project_file_in(self.folder).parent.relative_to(self.folder)
        name = str(base / layer.file)
        target = self.work / "sources"
        self.ada.cli("download-files", self.project_id, str(target), "--throw-on-error",
                     "--filter", name)
        rows = gpkg_check.rows_of(target / name, layer.table)
        texts = [attributes[self.text_field] for attributes, _ in rows.values()]
        for text in ("as bob saw it", "new from bob", "new from ada, second thought"):
            expect(texts.count(text) == 1, f"{name} has {text!r} {texts.count(text)} times")
        known = set(gpkg_check.problems_of(self.folder / name))
        new = [text for text in gpkg_check.problems_of(target / name) if text not in known]
        expect(not new, f"{name} is damaged: {new}")
        versions = next(file["versions"] for file in self.ada.sdk.list_remote_files(self.project_id)
                        if file["name"] == name)
        expect(len(versions) > 1, f"{name} should have more than one version")
        held(f"{name}: GDAL reads {len(rows)} features with the new values; index, counts and"
             " integrity are right")
        held(f"the server keeps {len(versions)} versions of it")


def sort_key(key):
    return (not key.isdigit(), int(key) if key.isdigit() else 0, key)


def moved(wkt, distance):
    """The geometry shifted to the east; None stays None."""
    if wkt is None:
        return None
    geometry = ogr.CreateGeometryFromWkt(wkt)
    shift(geometry, distance)
    return geometry.ExportToIsoWkt()


def shift(geometry, distance):
    for index in range(geometry.GetGeometryCount()):
        shift(geometry.GetGeometryRef(index), distance)
    for index in range(geometry.GetPointCount() if geometry.GetGeometryCount() == 0 else 0):
        x, y = geometry.GetX(index) + distance, geometry.GetY(index)
        if geometry.Is3D():
            geometry.SetPoint(index, x, y, geometry.GetZ(index))
        else:
            geometry.SetPoint_2D(index, x, y)


def same_place(one, other):
    if one is None or other is None:
        return one is other
    return ogr.CreateGeometryFromWkt(one).Distance(ogr.CreateGeometryFromWkt(other)) < 1e-6


def take_photo(path):
    """A real, if dull JPEG; returns its bytes."""
    path.parent.mkdir(exist_ok=True)
    grey = gdal.GetDriverByName("MEM").Create("", 16, 16, 1)
    grey.GetRasterBand(1).Fill(128)
    gdal.GetDriverByName("JPEG").CreateCopy(str(path), grey)
    path.with_name(path.name + ".aux.xml").unlink(missing_ok=True)
    return path.read_bytes()


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("folder", type=pathlib.Path, help="folder with a QGIS project")
    options.add_argument("--server", required=True, help="http://HOST:PORT")
    options.add_argument("--work", type=pathlib.Path, required=True, help="empty folder to work in")
    options.add_argument("--admin-password", required=True)
    options.add_argument("--user-password", required=True, help="of ada, and for bob")
    arguments = options.parse_args()
    try:
        project_file_in(arguments.folder)
    except ValueError as error:
        failed(str(error))
        return 2
    try:
        title("Signing in")
        admin = Account(arguments.server, "admin", arguments.admin_password)
        admin.sdk.create_user("bob", arguments.user_password, "bob@example.org")
        says("admin, SDK", "created the account bob")
        ada = Account(arguments.server, "ada", arguments.user_password)
        bob = Account(arguments.server, "bob", arguments.user_password)
        status = ada.sdk.check_server_status()
        expect(status["database"] == "ok" and status["storage"] == "ok", f"status: {status}")
        held("ada and bob are signed in; database and storage are ok")
        folder = arguments.work / arguments.folder.resolve().name
        shutil.copytree(arguments.folder, folder, copy_function=shutil.copyfile)
        FieldLoop(ada, bob, folder, arguments.work).run()
    except Exception as error:  # pylint: disable=broad-except
        kind = "" if isinstance(error, StepFailed) else f"{type(error).__name__}: "
        failed(kind + str(error))
        return 1
    title("Every step held.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
