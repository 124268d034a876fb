"""Deltas for the sample project, as QField writes them."""

import uuid

TREES = "trees_5d0c6f0e_2a1b_4c1e_9a55_0f3b8f6f2a10"
INSPECTIONS = "inspections_8a4b1d7c_91f3_4c0d_8d2e_6b7a50c3e921"
ZONES = "zones_c1f7e2a9_7f60_4b0a_b9d4_3e5d21a8c704"

# The first three rows of the sample's trees.
OAK = {"fid": 1, "species": "oak", "height": 11.5, "planted": "2001-04-01", "healthy": True,
       "photo": "DCIM/tree_1.jpg"}
LIME = {"fid": 2, "species": "lime", "height": 9.0, "planted": "1998-11-15", "healthy": True,
        "photo": None}
MAPLE = {"fid": 3, "species": "maple", "height": 7.25, "planted": "2010-03-20", "healthy": False,
         "photo": None}

PHONE = "7a0b2e3c-5d61-4c8e-9f10-2b3c4d5e6f70"
TABLET = "0c9d8e7f-6a5b-4c3d-8e1f-a0b1c2d3e4f5"


def _delta(method, layer, local_pk, source_pk, client, **states):
    return {"uuid": str(uuid.uuid4()), "clientId": client, "exportId": str(uuid.uuid4()),
            "method": method, "localLayerId": layer, "sourceLayerId": layer,
            "localLayerName": "Trees", "localLayerCrs": "EPSG:2056",
            "localPk": str(local_pk), "sourcePk": str(source_pk), **states}


def patch(old, new, layer=TREES, client=PHONE, geometry=None, local_pk=None, source_pk=None):
    """Changes one feature; `old` is its full former state."""
    state = {"attributes": new, "is_snapshot": False}
    if geometry is not None:
        state["geometry"] = geometry
    key = old["fid"] if source_pk is None else source_pk
    return _delta("patch", layer, old["fid"] if local_pk is None else local_pk, key, client,
                  old={"attributes": old, "geometry": None, "is_snapshot": True}, new=state)


def create(attributes, geometry="Point (2600050 1199700)", layer=TREES, client=PHONE,
           local_pk=1000):
    return _delta("create", layer, local_pk, "", client,
                  new={"attributes": {"fid": None, **attributes}, "geometry": geometry})


def delete(old, layer=TREES, client=PHONE, local_pk=None, source_pk=None):
    return _delta("delete", layer, old["fid"] if local_pk is None else local_pk,
                  old["fid"] if source_pk is None else source_pk, client,
                  old={"attributes": old, "geometry": None})
