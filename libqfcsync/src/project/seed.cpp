#include <qfcsync/project_seed.hpp>

#include "base/text.hpp"
#include "project/document.hpp"
#include "project/seed_view.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include <fmt/format.h>

namespace qfcsync {
namespace {

using project::child_text;
using project::set_attribute;

/// Half the side of the square that web maps show, and the latitude at its edge.
constexpr double kMercatorHalf = 20037508.342789244;
constexpr double kMercatorLatitude = 85.0511287798066;
constexpr double kMinSide = 1;  // metres; a box without area cannot be shown
constexpr int kMaxZoom = 19;

constexpr const char* kMercator = R"xml(<spatialrefsys nativeFormat="Wkt">
<wkt>PROJCRS["WGS 84 / Pseudo-Mercator",BASEGEOGCRS["WGS 84",DATUM["World Geodetic System 1984",ELLIPSOID["WGS 84",6378137,298.257223563,LENGTHUNIT["metre",1]]],PRIMEM["Greenwich",0,ANGLEUNIT["degree",0.0174532925199433]],ID["EPSG",4326]],CONVERSION["Popular Visualisation Pseudo-Mercator",METHOD["Popular Visualisation Pseudo Mercator",ID["EPSG",1024]],PARAMETER["Latitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8801]],PARAMETER["Longitude of natural origin",0,ANGLEUNIT["degree",0.0174532925199433],ID["EPSG",8802]],PARAMETER["False easting",0,LENGTHUNIT["metre",1],ID["EPSG",8806]],PARAMETER["False northing",0,LENGTHUNIT["metre",1],ID["EPSG",8807]]],CS[Cartesian,2],AXIS["easting (X)",east,ORDER[1],LENGTHUNIT["metre",1]],AXIS["northing (Y)",north,ORDER[2],LENGTHUNIT["metre",1]],ID["EPSG",3857]]</wkt>
<proj4>+proj=merc +a=6378137 +b=6378137 +lat_ts=0 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m +nadgrids=@null +wktext +no_defs</proj4>
<srsid>3857</srsid>
<srid>3857</srid>
<authid>EPSG:3857</authid>
<description>WGS 84 / Pseudo-Mercator</description>
<projectionacronym>merc</projectionacronym>
<ellipsoidacronym>EPSG:7030</ellipsoidacronym>
<geographicflag>false</geographicflag>
</spatialrefsys>)xml";

constexpr const char* kProject = R"xml(<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis projectname="" version="3.34.0-Prizren">
<homePath path=""/>
<title></title>
<transaction mode="Disabled"/>
<projectFlags set=""/>
<projectCrs></projectCrs>
<layer-tree-group><customproperties><Option/></customproperties><custom-order enabled="0"/></layer-tree-group>
<mapcanvas name="theMapCanvas" annotationsVisible="1"><units>meters</units><extent/><rotation>0</rotation><destinationsrs></destinationsrs></mapcanvas>
<projectlayers/>
<layerorder/>
<properties>
<Gui><CanvasColorRedPart type="int">255</CanvasColorRedPart><CanvasColorGreenPart type="int">255</CanvasColorGreenPart><CanvasColorBluePart type="int">255</CanvasColorBluePart></Gui>
<Measure><Ellipsoid type="QString">EPSG:7030</Ellipsoid></Measure>
<Measurement><AreaUnits type="QString">m2</AreaUnits><DistanceUnits type="QString">meters</DistanceUnits></Measurement>
<Paths><Absolute type="bool">false</Absolute></Paths>
<SpatialRefSys><ProjectionsEnabled type="int">1</ProjectionsEnabled></SpatialRefSys>
</properties>
</qgis>
)xml";

constexpr const char* kLayer =
    R"xml(<maplayer type="raster" autoRefreshMode="Disabled" autoRefreshTime="0" hasScaleBasedVisibilityFlag="0" minScale="1e+08" maxScale="0" styleCategories="AllStyleCategories">
<extent/>
<id></id>
<datasource></datasource>
<layername></layername>
<srs></srs>
<provider>wms</provider>
<noData/>
<map-layer-style-manager current="default"><map-layer-style name="default"/></map-layer-style-manager>
<flags><Identifiable>0</Identifiable><Removable>1</Removable><Searchable>0</Searchable><Private>0</Private></flags>
<customproperties><Option type="Map"><Option name="QFieldSync/cloud_action" type="QString" value="no_action"/></Option></customproperties>
<pipe>
<provider><resampling enabled="false" maxOversampling="2" zoomedInResamplingMethod="nearestNeighbour" zoomedOutResamplingMethod="nearestNeighbour"/></provider>
<rasterrenderer type="singlebandcolordata" band="1" opacity="1" alphaBand="-1" nodataColor=""><rasterTransparency/></rasterrenderer>
<brightnesscontrast brightness="0" contrast="0" gamma="1"/>
<huesaturation saturation="0" grayscaleMode="0" invertColors="0" colorizeOn="0" colorizeRed="255" colorizeGreen="128" colorizeBlue="128" colorizeStrength="100"/>
<rasterresampler maxOversampling="2"/>
<resamplingStage>resamplingFilter</resamplingStage>
</pipe>
<blendMode>0</blendMode>
</maplayer>)xml";

void append_xml(pugi::xml_node parent, std::string_view text) {
  parent.append_buffer(text.data(), text.size(), pugi::parse_default, pugi::encoding_utf8);
}

double northing(double latitude) {
  const double clamped = std::clamp(latitude, -kMercatorLatitude, kMercatorLatitude);
  const double angle = clamped * std::numbers::pi / 180;
  return kMercatorHalf / std::numbers::pi * std::log(std::tan(std::numbers::pi / 4 + angle / 2));
}

ogr::Bounds mercator(const GeoExtent& extent) {
  const auto easting = [](double longitude) { return longitude * kMercatorHalf / 180; };
  ogr::Bounds bounds{easting(extent.min_x), northing(extent.min_y), easting(extent.max_x),
                     northing(extent.max_y)};
  if (bounds.max_x - bounds.min_x < kMinSide) bounds.max_x = bounds.min_x + kMinSide;
  if (bounds.max_y - bounds.min_y < kMinSide) bounds.min_y = bounds.max_y - kMinSide;
  return bounds;
}

std::string tile_source(const Basemap& basemap) {
  return fmt::format("type=xyz&url={}&zmax={}&zmin=0&crs=EPSG3857",
                     base::percent_encode(basemap.url, ""), kMaxZoom);
}

void set_style(pugi::xml_node layer, BasemapStyle style) {
  if (style == BasemapStyle::Standard) return;
  constexpr const char* kByLuminosity = "2";
  const pugi::xml_node tone = layer.child("pipe").child("huesaturation");
  set_attribute(tone, "grayscaleMode", kByLuminosity);
  if (style == BasemapStyle::GrayscaleDark) set_attribute(tone, "invertColors", "1");
}

void append_layer(pugi::xml_node root, const Basemap& basemap, std::size_t number) {
  const std::string id = fmt::format("basemap_{}", number);
  const std::string source = tile_source(basemap);
  const pugi::xml_node layers = root.child("projectlayers");
  append_xml(layers, kLayer);
  pugi::xml_node layer = layers.last_child();
  project::write_extent(layer.child("extent"),
                        {-kMercatorHalf, -kMercatorHalf, kMercatorHalf, kMercatorHalf});
  layer.child("id").text().set(id.c_str());
  layer.child("datasource").text().set(source.c_str());
  layer.child("layername").text().set(basemap.name.c_str());
  append_xml(layer.child("srs"), kMercator);
  set_style(layer, basemap.style);
  pugi::xml_node tree = root.child("layer-tree-group");
  pugi::xml_node entry = tree.insert_child_before("layer-tree-layer", tree.child("custom-order"));
  set_attribute(entry, "id", id);
  set_attribute(entry, "name", basemap.name);
  set_attribute(entry, "source", source);
  set_attribute(entry, "providerKey", "wms");
  set_attribute(entry, "checked", "Qt::Checked");
  set_attribute(entry, "expanded", "1");
  append_xml(entry, "<customproperties><Option/></customproperties>");
  set_attribute(root.child("layerorder").append_child("layer"), "id", id);
}

}  // namespace

std::string seed_project(const ProjectSeed& seed) {
  project::ProjectDocument document;
  project::parse_document(kProject, document);
  pugi::xml_node root = document.root();
  set_attribute(root, "projectname", seed.title);
  root.child("title").text().set(seed.title.c_str());
  append_xml(root.child("projectCrs"), kMercator);
  const pugi::xml_node canvas = root.child("mapcanvas");
  append_xml(canvas.child("destinationsrs"), kMercator);
  project::write_extent(canvas.child("extent"), mercator(seed.extent));
  for (std::size_t i = 0; i < seed.basemaps.size(); ++i) {
    append_layer(root, seed.basemaps[i], i + 1);
  }
  return project::serialize(document.xml);
}

}  // namespace qfcsync
