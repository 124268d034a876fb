#pragma once

#include <string_view>

/// The files in pages/assets, as they were when the program was built.
namespace qfcsync::server::assets {

extern const std::string_view kStyleCss;
extern const std::string_view kDocsJs;
extern const std::string_view kDocsHtml;
extern const std::string_view kOpenapiYaml;

}  // namespace qfcsync::server::assets
