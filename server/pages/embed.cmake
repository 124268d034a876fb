# cmake -D OUT=FILE.cpp -D FOLDER=ASSETS -P embed.cmake
# Writes the files that pages load as constants, so that the program needs no files beside it.
set(text "#include \"pages/assets.hpp\"\n\nnamespace qfcsync::server::assets {\nnamespace {\n")
set(views "")
foreach(pair kStyleCss:style.css kDocsJs:docs.js kDocsHtml:docs.html kOpenapiYaml:openapi.yaml)
  string(REPLACE ":" ";" pair ${pair})
  list(GET pair 0 name)
  list(GET pair 1 file)
  file(READ "${FOLDER}/${file}" hex HEX)
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
  string(APPEND text "constexpr char ${name}Bytes[] = {${bytes}};\n")
  string(APPEND views "const std::string_view ${name}(${name}Bytes, sizeof ${name}Bytes);\n")
endforeach()
file(WRITE "${OUT}" "${text}}  // namespace\n${views}}  // namespace qfcsync::server::assets\n")
