# Run by ctest. COMPILER, FLAGS (a list) and PRECOMPILED (the header that every case includes) come from the build.
# By CHECK:
# - HEADER: precompiles SOURCE, which is that header;
# - RIGHT: SOURCE must compile as it is;
# - WRONG: it must not with -DBROKEN, and the first error must hold the sentence that its first line promises.
if(CHECK STREQUAL "HEADER")
  execute_process(COMMAND ${COMPILER} ${FLAGS} -x c++-header ${SOURCE} -o ${SOURCE}.gch
    COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()

list(APPEND FLAGS -include ${PRECOMPILED} -fsyntax-only)
if(CHECK STREQUAL "RIGHT")
  execute_process(COMMAND ${COMPILER} ${FLAGS} ${SOURCE} COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()

file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)
string(REGEX REPLACE "^// expect: " "" sentence "${first_line}")
string(REPLACE "\\;" ";" sentence "${sentence}")  # file(STRINGS) makes a list
execute_process(COMMAND ${COMPILER} ${FLAGS} -DBROKEN ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "The wrong spelling compiles.")
endif()
string(REGEX MATCH "error: [^\n]*" first_error "${output}")
string(FIND "${first_error}" "${sentence}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "The first error must say \"${sentence}\", but the compiler said:\n${output}")
endif()
