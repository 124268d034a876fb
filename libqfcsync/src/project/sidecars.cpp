#include "project/sidecars.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace qfcsync::project {
namespace {

namespace fs = std::filesystem;

using Extensions = std::set<std::string, std::less<>>;

// Any data set may have these, as <file>.ext or <stem>.ext.
const Extensions& common_extensions() {
  static const Extensions extensions = {".aux.xml", ".qmd", ".msk", ".ovr"};
  return extensions;
}

const std::map<std::string, Extensions, std::less<>>& format_extensions() {
  static const Extensions world = {".prj",  ".wld",   ".rrd", ".aux",  ".hdr",     ".tfw",
                                   ".tifw", ".tiffw", ".jgw", ".jpgw", ".jpegw",   ".pgw",
                                   ".pngw", ".gfw",   ".bpw", ".j2w",  ".vat.dbf", ".tab"};
  static const Extensions shape = {".shx", ".dbf", ".prj",     ".cpg", ".qpj", ".qix",
                                   ".sbn", ".sbx", ".shp.xml", ".idm", ".ind", ".fbn",
                                   ".fbx", ".ain", ".aih",     ".atx", ".ixs", ".mxs"};
  static const std::map<std::string, Extensions, std::less<>> formats = {
      {".shp", shape},
      {".csv", {".csvt", ".prj"}},
      {".tab", {".dat", ".map", ".id", ".ind"}},
      {".mif", {".mid"}},
      {".gml", {".gfs", ".xsd"}},
      {".tif", world},
      {".tiff", world},
      {".jpg", world},
      {".jpeg", world},
      {".png", world},
      {".gif", world},
      {".bmp", world},
      {".jp2", world},
      {".asc", world},
      {".vrt", {}},
      {".bil", world},
      {".img", {".ige", ".rrd", ".rde"}},
  };
  return formats;
}

bool belongs_to(const std::string& name, const fs::path& file) {
  const std::string stem = base::lower_case(file.stem().string());
  const std::string whole = base::lower_case(file.filename().string());
  if (name == whole) return false;
  const auto is_known = [&](const std::string& extension) {
    const auto format = format_extensions().find(base::lower_case(file.extension().string()));
    return common_extensions().count(extension) != 0 ||
           (format != format_extensions().end() && format->second.count(extension) != 0);
  };
  if (name.rfind(whole + ".", 0) == 0 && is_known(name.substr(whole.size()))) return true;
  return name.rfind(stem + ".", 0) == 0 && is_known(name.substr(stem.size()));
}

}  // namespace

std::vector<fs::path> sidecars_of(const fs::path& file) {
  std::vector<fs::path> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(file.parent_path(), error)) {
    const bool is_plain = fs::is_regular_file(entry.symlink_status(error));
    if (is_plain && belongs_to(base::lower_case(entry.path().filename().string()), file)) {
      found.push_back(entry.path());
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string sidecar_name(const fs::path& sidecar, const fs::path& file,
                         const std::string& new_name) {
  const std::string name = sidecar.filename().string();
  const std::string whole = file.filename().string();
  if (base::lower_case(name).rfind(base::lower_case(whole) + ".", 0) == 0) {
    return new_name + name.substr(whole.size());
  }
  return fs::path(new_name).stem().string() + name.substr(file.stem().string().size());
}

}  // namespace qfcsync::project
