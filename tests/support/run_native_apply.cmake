# Runs examples/native_apply twice on a copy of the sample: the deltafile fits the first time and
# conflicts with its own result the second time.
file(REMOVE_RECURSE ${WORK})
file(COPY ${SAMPLE}/ DESTINATION ${WORK})

execute_process(COMMAND ${PROGRAM} ${WORK} ${DELTAFILE} RESULT_VARIABLE status OUTPUT_VARIABLE out)
string(REGEX MATCHALL "Successfully applied delta!" applied "${out}")
list(LENGTH applied count)
if(NOT status EQUAL 0 OR NOT count EQUAL 3 OR NOT out MATCHES "key 13" OR
   NOT out MATCHES "changed [^\n]*/trees.gpkg")
  message(FATAL_ERROR "first run: ${status}\n${out}")
endif()

execute_process(COMMAND ${PROGRAM} ${WORK} ${DELTAFILE} RESULT_VARIABLE status OUTPUT_VARIABLE out)
if(NOT status EQUAL 1 OR NOT out MATCHES "conflicts with the already existing feature" OR
   NOT out MATCHES "Unable to find feature")
  message(FATAL_ERROR "second run: ${status}\n${out}")
endif()

execute_process(COMMAND ${PROGRAM} ${WORK} ${WORK}/trees.qgs
                RESULT_VARIABLE status ERROR_VARIABLE err)
if(NOT status EQUAL 2 OR err STREQUAL "")
  message(FATAL_ERROR "a file that is no deltafile: ${status}\n${err}")
endif()
