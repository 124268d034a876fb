// The documentation of the API, and what the pages load.

#include "pages/assets.hpp"
#include "pages/html.hpp"
#include "pages/page_routes.hpp"

namespace qfcsync::server {
namespace {

constexpr std::string_view kIcon =
    "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 32 32\"><circle cx=\"16\" cy=\"16\" "
    "r=\"15\" fill=\"#2e7d32\"/><path d=\"M9 14a7 7 0 0 1 13-2m1 6a7 7 0 0 1-13 2\" fill=\"none\" "
    "stroke=\"#fff\" stroke-width=\"3\"/></svg>";

Response document(std::string_view type, std::string_view text) {
  Response response;
  response.content_type = type;
  response.body = text;
  response.headers = {{"Cache-Control", "no-cache"}};  // a new version of the server shows at once
  return response;
}

Response icon(Call&) { return document("image/svg+xml", kIcon); }
Response style(Call&) { return document("text/css; charset=utf-8", assets::kStyleCss); }
Response script(Call&) { return document("text/javascript; charset=utf-8", assets::kDocsJs); }
Response openapi(Call&) {
  return document("application/yaml; charset=utf-8", assets::kOpenapiYaml);
}

Response documentation(Call& call) {
  return page_response(call,
                       {200, "API", std::string(assets::kDocsHtml), form_token_of(call.request)});
}

constexpr Route kRoutes[] = {
    {"GET", "static/qfcsync.svg", Access::Anyone, {}, BodyKind::None, icon},
    {"GET", "static/style.css", Access::Anyone, {}, BodyKind::None, style},
    {"GET", "static/docs.js", Access::Anyone, {}, BodyKind::None, script},
    {"GET", "swagger.yaml", Access::Anyone, {}, BodyKind::None, openapi},
    {"GET", "swagger", Access::Page, {}, BodyKind::None, documentation},
    {"GET", "docs", Access::Page, {}, BodyKind::None, documentation},
};

}  // namespace

std::span<const Route> document_routes() { return kRoutes; }

}  // namespace qfcsync::server
