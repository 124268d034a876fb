#pragma once

#include <qfcsync/project.hpp>

#include "support/project_builder.hpp"
#include "support/temporary_folder.hpp"

#include <filesystem>
#include <string>

#include <pugixml.hpp>

namespace qfcsync::test {

/// A project written from text and packaged, to look at what came out.
class PackagedProject {
  TemporaryFolder place_;

 public:
  /// @param folder  holds the sources already; the package goes to a folder of its own
  PackagedProject(const std::filesystem::path& folder, const ProjectText& text,
                  const std::string& name = "survey.qgs")
      : output(place_ / "out") {
    if (!text.layers.empty() || !std::filesystem::exists(folder / name)) {
      write_file(folder / name, text.xml());
    }
    package = package_project(Project::open(folder / name), output);
    const std::string stem = std::filesystem::path(name).stem().string() + "_qfield";
    document_text = read_zip(output / (stem + ".qgz"), stem + ".qgs");
    xml.load_string(document_text.c_str(), pugi::parse_full);
  }

  pugi::xml_node root() const { return xml.document_element(); }
  pugi::xml_node layer(const std::string& id) const {
    for (const pugi::xml_node node : root().child("projectlayers").children("maplayer")) {
      if (id == node.child("id").text().get()) return node;
    }
    return {};
  }
  std::string source(const std::string& id) const {
    return layer(id).child("datasource").text().get();
  }
  /// A custom property; "(none)" when it is missing.
  std::string property(const std::string& id, const std::string& name) const {
    const pugi::xml_node option = layer(id)
                                      .child("customproperties")
                                      .child("Option")
                                      .find_child_by_attribute("Option", "name", name.c_str());
    return option ? option.attribute("value").value() : "(none)";
  }
  std::string setting(const char* scope, const char* key) const {
    return root().child("properties").child(scope).child(key).text().get();
  }

  std::filesystem::path output;
  Package package;
  std::string document_text;
  pugi::xml_document xml;
};

}  // namespace qfcsync::test
