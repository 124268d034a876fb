# Warnings, sanitizers and ccache for every target of the project.
add_library(qfcsync_compiler INTERFACE)
target_compile_options(qfcsync_compiler INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wcast-qual -Wformat=2
  $<$<BOOL:${QFCSYNC_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 14)
  # When optimising, g++ 12 sees these inside std::variant and std::string where there is nothing
  # to see; clang, ASan and UBSan watch for the real ones.
  target_compile_options(qfcsync_compiler INTERFACE
    -Wno-maybe-uninitialized -Wno-stringop-overflow -Wno-restrict -Wno-array-bounds)
endif()
if(QFCSYNC_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # Asio uses fences beside its mutexes; the mutexes are what the sanitizer follows.
  target_compile_options(qfcsync_compiler INTERFACE -Wno-tsan)
endif()
if(QFCSYNC_SANITIZE)
  target_compile_options(qfcsync_compiler INTERFACE -fsanitize=${QFCSYNC_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(qfcsync_compiler INTERFACE -fsanitize=${QFCSYNC_SANITIZE})
endif()

find_program(QFCSYNC_CCACHE ccache)
if(QFCSYNC_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache has to be told that precompiled headers are safe to share, and that another clone of the
  # same sources is no other program.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
      CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${QFCSYNC_CCACHE})
  add_compile_options($<$<AND:$<COMPILE_LANGUAGE:CXX>,$<CXX_COMPILER_ID:GNU>>:-fpch-preprocess>)
endif()
