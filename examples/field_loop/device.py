"""A field device without a screen: edits a downloaded package offline as QField does.

It opens the packaged project, changes the rows of data.gpkg with GDAL and writes the deltafile
that QField would write: whole former feature in `old`, only the changes in `new`, the key of the
packaged table in `localPk` and the key of the source in `sourcePk`.
"""

import hashlib
import json
import pathlib
import re
import uuid
import xml.etree.ElementTree as ElementTree
import zipfile

from osgeo import gdal, ogr

gdal.UseExceptions()

# QGIS writes geometry types in this mixed case.
WKT_NAMES = {name.upper(): name for name in (
    "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon",
    "GeometryCollection", "CircularString", "CompoundCurve", "CurvePolygon", "MultiCurve",
    "MultiSurface")}


def qgis_wkt(geometry):
    text = geometry.ExportToIsoWkt()
    return re.sub(r"[A-Z]{4,}", lambda match: WKT_NAMES.get(match[0], match[0]), text)


def value_of(feature, index):
    """A field's value as deltafiles write it."""
    if not feature.IsFieldSetAndNotNull(index):
        return None
    definition = feature.GetFieldDefnRef(index)
    kind = definition.GetType()
    if kind == ogr.OFTInteger and definition.GetSubType() == ogr.OFSTBoolean:
        return bool(feature.GetFieldAsInteger(index))
    if kind in (ogr.OFTInteger, ogr.OFTInteger64):
        return feature.GetFieldAsInteger64(index)
    if kind == ogr.OFTReal:
        return feature.GetFieldAsDouble(index)
    if kind == ogr.OFTDate:
        year, month, day = feature.GetFieldAsDateTime(index)[:3]
        return f"{year:04}-{month:02}-{day:02}"
    return feature.GetFieldAsString(index)


def set_value(feature, name, value):
    if value is None:
        feature.SetFieldNull(name)
    else:
        feature.SetField(name, int(value) if isinstance(value, bool) else value)


class Layer:
    """A layer of a project file: its ids, its source, its settings."""

    def __init__(self, element):
        self.id = element.findtext("id")
        self.name = element.findtext("layername") or ""
        self.kind = element.get("type")
        self.read_only = element.get("readOnly") == "1"
        source = (element.findtext("datasource") or "").split("|")
        self.file = source[0].removeprefix("./")
        self.table = next((part.split("=", 1)[1] for part in source[1:]
                           if part.lower().startswith("layername=")), None)
        self.crs = element.findtext("srs/spatialrefsys/authid") or ""
        self.properties = self._properties(element)
        self.attachment_fields = {
            field.get("name") for field in element.iterfind("fieldConfiguration/field")
            if field.find("editWidget[@type='ExternalResource']") is not None}

    @staticmethod
    def _properties(element):
        found = {}
        for option in element.iterfind("customproperties/Option/Option"):
            found[option.get("name")] = option.get("value")
        for old_style in element.iterfind("customproperties/property"):
            found[old_style.get("key")] = old_style.get("value")
        return found

    def is_editable_offline(self):
        action = (self.properties.get("QFieldSync/cloud_action") or "").upper()
        return (self.kind == "vector" and self.file == "data.gpkg" and not self.read_only
                and action not in ("NO_ACTION", "REMOVE")
                and bool(self.properties.get("QFieldSync/sourceDataPrimaryKeys")))


def project_file_in(folder):
    found = sorted(path for path in pathlib.Path(folder).rglob("*")
                   if path.suffix.lower() in (".qgs", ".qgz"))
    if len(found) != 1:
        raise ValueError(f"{folder} must hold exactly one .qgs or .qgz, found {len(found)}")
    return found[0]


def read_layers(project_file):
    path = pathlib.Path(project_file)
    if path.suffix.lower() == ".qgz":
        with zipfile.ZipFile(path) as archive:
            name = next(name for name in archive.namelist() if name.endswith(".qgs"))
            root = ElementTree.fromstring(archive.read(name))
    else:
        root = ElementTree.parse(path).getroot()
    return [Layer(element) for element in root.iterfind("projectlayers/maplayer")]


class Device:
    """One installation of a package, with its not yet pushed changes."""

    def __init__(self, name, folder, package_id):
        self.name = name
        self.folder = pathlib.Path(folder)
        self.export_id = package_id
        self.client_id = str(uuid.uuid4())  # new with every download, like in QField
        self.layers = [layer for layer in read_layers(project_file_in(folder))
                       if layer.is_editable_offline()]
        self.deltas = []

    def layer(self, layer_id):
        return next(layer for layer in self.layers if layer.id == layer_id)

    def rows(self, layer_id):
        """All features: source key -> {"attributes", "wkt"}."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            return {str(row["attributes"][self._source_key(layer)]): row
                    for row in (self._snapshot(table, feature) for feature in table)}

    def fields(self, layer_id):
        """Names and OGR types of the fields that the source has too, without the keys."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            definition = table.GetLayerDefn()
            fields = [definition.GetFieldDefn(i) for i in range(definition.GetFieldCount())]
            return {field.GetName(): field.GetType() for field in fields
                    if field.GetName() != self._source_key(layer)
                    and field.GetSubType() == ogr.OFSTNone}

    def keys(self, layer_id):
        """Names of the local key and of the source's key."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            return {table.GetFIDColumn(), self._source_key(layer)}

    def geometry_type(self, layer_id):
        with self._table(self.layer(layer_id)) as table:
            return table.GetGeomType()

    def change(self, layer_id, source_pk, attributes, wkt=None):
        """Edits one feature and records the patch."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            feature = self._find(table, layer, source_pk)
            old = self._snapshot(table, feature)
            self._write(feature, attributes, wkt)
            table.SetFeature(feature)
            new = {"attributes": attributes, "is_snapshot": False}
            if wkt is not None:
                new["geometry"] = wkt
            self._add_checksums(layer, new)
            self._record(layer, "patch", feature.GetFID(), old["attributes"],
                         old={"attributes": old["attributes"], "geometry": old["wkt"],
                              "is_snapshot": True}, new=new)

    def create(self, layer_id, attributes, wkt):
        """Adds a feature, records the create and returns its local key."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            feature = ogr.Feature(table.GetLayerDefn())
            self._write(feature, attributes, wkt)
            table.CreateFeature(feature)
            row = self._snapshot(table, table.GetFeature(feature.GetFID()))
            new = {"attributes": row["attributes"], "geometry": row["wkt"]}
            self._add_checksums(layer, new)
            self._record(layer, "create", feature.GetFID(), row["attributes"], new=new)
            return feature.GetFID()

    def change_created(self, layer_id, local_pk, attributes):
        """Edits a feature that was created here and has no key of the source yet."""
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            feature = table.GetFeature(local_pk)
            old = self._snapshot(table, feature)
            self._write(feature, attributes, None)
            table.SetFeature(feature)
            self._record(layer, "patch", local_pk, old["attributes"],
                         old={"attributes": old["attributes"], "geometry": old["wkt"],
                              "is_snapshot": True},
                         new={"attributes": attributes, "is_snapshot": False})

    def delete(self, layer_id, source_pk):
        layer = self.layer(layer_id)
        with self._table(layer) as table:
            feature = self._find(table, layer, source_pk)
            old = self._snapshot(table, feature)
            table.DeleteFeature(feature.GetFID())
            self._record(layer, "delete", feature.GetFID(), old["attributes"],
                         old={"attributes": old["attributes"], "geometry": old["wkt"]})

    def write_deltafile(self, project_id):
        """Writes deltafile.json and starts a new, empty one; returns path and file id."""
        deltafile_id = str(uuid.uuid4())
        path = self.folder / "deltafile.json"
        path.write_text(json.dumps(
            {"version": "1.0", "id": deltafile_id, "project": project_id, "files": [],
             "deltas": self.deltas}, indent=4, sort_keys=True), encoding="utf-8")
        self.deltas = []
        return path, deltafile_id

    # --- how it is done

    def _table(self, layer):
        return _OpenTable(self.folder / layer.file, layer.table)

    @staticmethod
    def _source_key(layer):
        return layer.properties["QFieldSync/sourceDataPrimaryKeys"]

    def _find(self, table, layer, source_pk):
        for feature in table:
            if str(value_of(feature, feature.GetFieldIndex(self._source_key(layer)))) == source_pk:
                return feature
        raise KeyError(f"{layer.name} has no feature {source_pk}")

    @staticmethod
    def _snapshot(table, feature):
        attributes = {table.GetFIDColumn(): feature.GetFID()}
        for index in range(feature.GetFieldCount()):
            attributes[feature.GetFieldDefnRef(index).GetName()] = value_of(feature, index)
        geometry = feature.GetGeometryRef()
        return {"attributes": attributes, "wkt": qgis_wkt(geometry) if geometry else None}

    @staticmethod
    def _write(feature, attributes, wkt):
        for name, value in attributes.items():
            set_value(feature, name, value)
        if wkt is not None:
            feature.SetGeometry(ogr.CreateGeometryFromWkt(wkt))

    def _add_checksums(self, layer, state):
        names = {value for name, value in state["attributes"].items()
                 if name in layer.attachment_fields and value}
        if names:
            state["files_sha256"] = {name: self._sha256(name) for name in sorted(names)}

    def _sha256(self, name):
        path = self.folder / name
        return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None

    def _record(self, layer, method, local_pk, attributes, **states):
        source_pk = attributes[self._source_key(layer)]
        self.deltas.append({
            "uuid": str(uuid.uuid4()), "clientId": self.client_id, "exportId": self.export_id,
            "method": method, "localLayerId": layer.id,
            "sourceLayerId": layer.properties.get("remoteLayerId") or "",
            "localLayerName": layer.name, "localLayerCrs": layer.crs,
            "localPk": str(local_pk), "sourcePk": "" if source_pk is None else str(source_pk),
            **states})


class _OpenTable:
    """A table of a GeoPackage, closed (and so written) at the end of the block."""

    def __init__(self, path, table):
        self._data = gdal.OpenEx(str(path), gdal.OF_VECTOR | gdal.OF_UPDATE)
        self._table = self._data.GetLayerByName(table) if table else self._data.GetLayer(0)

    def __enter__(self):
        return self._table

    def __exit__(self, *_):
        self._table = None
        self._data = None
