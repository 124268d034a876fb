#pragma once

#include <qfcsync/repository.hpp>

#include "files.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

/// The first digits of an id, which name the version wherever one is asked for.
std::string short_id(std::string_view id);

/// "12.3 MB"
std::string size_text(std::uint64_t bytes);

/// Whole minutes of this computer's time: "2026-11-25 14:05".
std::string time_text(qfcsync::Timestamp time);

/// What people wrote, without the list of files that every message ends with.
std::string message_of(const qfcsync::VersionInfo& version);

/// "3f2a91c04d  2026-11-25 14:05  Ada, tablet 3"
std::string version_line(const qfcsync::VersionInfo& version);

/// "changed  survey.gpkg  trees 2 inserted, 1 updated"
std::string file_line(const qfcsync::FileChange& file);

/// "changed", wide enough for all of them, in its colour.
std::string action_text(qfcsync::FileAction action);

nlohmann::ordered_json to_json(const qfcsync::FileChange& file);
nlohmann::ordered_json to_json(const std::vector<qfcsync::FileChange>& files);
nlohmann::ordered_json to_json(const qfcsync::VersionInfo& version);

/// JSON objects on standard output, one a line.
class JsonLines {
 public:
  JsonLines() : out_(kStandardStream) {}
  void add(const nlohmann::ordered_json& object);
  void publish() { out_.publish(); }

 private:
  DocumentFile out_;
};

void print_json(const nlohmann::ordered_json& object);
