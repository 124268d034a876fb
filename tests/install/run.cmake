# Installs BUILD into an empty prefix, builds CONSUMER against it and runs its programs.
function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${what}: ${status}\n${out}")
  endif()
  set(output "${out}" PARENT_SCOPE)
endfunction()

# configure NAME ARGUMENT...: the consumer in a build folder of its own.
function(configure name)
  run("configure ${name}" ${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/${name} -G ${GENERATOR}
    -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_BUILD_TYPE=Release -DCMAKE_C_COMPILER=${C_COMPILER}
    -DCMAKE_CXX_COMPILER=${CXX_COMPILER} -DVERSION=${VERSION}
    -DSANITIZE=${SANITIZE} ${ARGN})
endfunction()

set(prefix ${WORK}/prefix)
file(REMOVE_RECURSE ${WORK})
run("install" ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix})

configure(both -DWITH_CPP=ON)
run("build" ${CMAKE_COMMAND} --build ${WORK}/both)
foreach(program native plain)
  run("run ${program}" ${WORK}/both/${program} ${SAMPLE} ${SAMPLE})
  if(NOT output STREQUAL "${VERSION} 0\n")
    message(FATAL_ERROR "${program} printed: ${output}")
  endif()
endforeach()

# Who links the library for C has to find none of the libraries that the static one needs.
configure(c_only -DWITH_CPP=OFF -DCMAKE_DISABLE_FIND_PACKAGE_fmt=ON
  -DCMAKE_DISABLE_FIND_PACKAGE_SQLiteCpp=ON)
run("build for C alone" ${CMAKE_COMMAND} --build ${WORK}/c_only)

file(GLOB_RECURSE pkg_config_files ${prefix}/*/qfcsync_c.pc)
get_filename_component(pkg_config_path ${pkg_config_files} DIRECTORY)
set(ENV{PKG_CONFIG_PATH} ${pkg_config_path})
run("pkg-config" pkg-config --cflags --libs qfcsync_c)
string(STRIP "${output}" flags)
separate_arguments(flags UNIX_COMMAND "${flags}")
get_filename_component(library_folder ${pkg_config_path} DIRECTORY)
if(SANITIZE)
  list(APPEND flags -fsanitize=${SANITIZE})
endif()
run("compile with pkg-config" ${C_COMPILER} -std=c11 -pedantic -Wall -Wextra -Werror
  ${CONSUMER}/plain.c -o ${WORK}/plain ${flags} -Wl,-rpath,${library_folder})
run("run with pkg-config" ${WORK}/plain ${SAMPLE} ${SAMPLE})
if(NOT output STREQUAL "${VERSION} 0\n")
  message(FATAL_ERROR "plain printed: ${output}")
endif()

# Another minor version makes no promise.
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CONSUMER} -B ${WORK}/newer -G ${GENERATOR}
  -DCMAKE_PREFIX_PATH=${prefix} -DVERSION=0.99 -DWITH_CPP=OFF
  RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(status EQUAL 0)
  message(FATAL_ERROR "find_package(qfcsync 0.99) was satisfied by ${VERSION}")
endif()
