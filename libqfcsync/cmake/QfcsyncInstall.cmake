# What `cmake --install` puts where: libraries, headers, programs, and the files by which
# find_package(qfcsync) and pkg-config find them. tests/install builds a project with all of it.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(qfcsync_package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/qfcsync)

# One export file a component: who links the library for C needs none of what the static one needs.
install(TARGETS qfcsync EXPORT qfcsyncCppTargets FILE_SET HEADERS FILE_SET definitions)
install(EXPORT qfcsyncCppTargets NAMESPACE qfcsync:: DESTINATION ${qfcsync_package_dir})
if(QFCSYNC_BUILD_C)
  install(TARGETS qfcsync_c EXPORT qfcsyncCTargets FILE_SET HEADERS)
  install(EXPORT qfcsyncCTargets NAMESPACE qfcsync:: DESTINATION ${qfcsync_package_dir})
  # Relative, so that the prefix can still be chosen when installing.
  file(RELATIVE_PATH qfcsync_prefix_from_pc
    /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
  configure_file(${PROJECT_SOURCE_DIR}/bindings/c/qfcsync_c.pc.in
    ${PROJECT_BINARY_DIR}/qfcsync_c.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/qfcsync_c.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endif()

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/qfcsyncConfig.cmake.in
  ${PROJECT_BINARY_DIR}/qfcsyncConfig.cmake INSTALL_DESTINATION ${qfcsync_package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/qfcsyncConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/qfcsyncConfig.cmake
  ${PROJECT_BINARY_DIR}/qfcsyncConfigVersion.cmake DESTINATION ${qfcsync_package_dir})

if(QFCSYNC_BUILD_CLI)
  install(TARGETS qfcsync_cli)
endif()
if(QFCSYNC_BUILD_SERVER)
  install(TARGETS qfcsync-server)
endif()
