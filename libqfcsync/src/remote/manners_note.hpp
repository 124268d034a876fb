#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace qfcsync::remote {

/// How long what was found out about a server counts: its administrator may exchange it.
inline constexpr std::chrono::hours kMannersTrust{24};

/// A small file of this program with what was found out about a server, so that opening its store
/// again asks it for nothing.
class MannersNote {
 public:
  /// @param folder   empty: nothing is noted
  /// @param address  of the store; need not be short
  MannersNote(const std::filesystem::path& folder, std::string_view address);

  /// What was written less than kMannersTrust ago by this machine's clock.
  std::optional<std::string> read() const;
  /// Fails quietly: then the server is asked again.
  void write(std::string_view text) const noexcept;

 private:
  std::filesystem::path file_;
};

}  // namespace qfcsync::remote
