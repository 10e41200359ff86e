# Run by ctest: SOURCE must compile as it is, must not with -DBROKEN, and the first error must then hold the sentence
# that its first line promises. COMPILER, FLAGS (a list) and PRECOMPILED (the header that every case includes) come from
# the build; without SOURCE, precompiles that header.
if(NOT SOURCE)
  execute_process(COMMAND ${COMPILER} ${FLAGS} -x c++-header ${PRECOMPILED} -o ${PRECOMPILED}.gch
    COMMAND_ERROR_IS_FATAL ANY)
  return()
endif()
list(APPEND FLAGS -include ${PRECOMPILED})
file(STRINGS "${SOURCE}" first_line LIMIT_COUNT 1)
string(REGEX REPLACE "^// expect: " "" sentence "${first_line}")
string(REPLACE "\\;" ";" sentence "${sentence}")  # file(STRINGS) makes a list

execute_process(COMMAND ${COMPILER} ${FLAGS} -fsyntax-only ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(NOT result EQUAL 0)
  message(FATAL_ERROR "The right spelling must compile, but:\n${output}")
endif()

execute_process(COMMAND ${COMPILER} ${FLAGS} -DBROKEN -fsyntax-only ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE output)
if(result EQUAL 0)
  message(FATAL_ERROR "The wrong spelling compiles.")
endif()
string(REGEX MATCH "error: [^\n]*" first_error "${output}")
string(FIND "${first_error}" "${sentence}" at)
if(at EQUAL -1)
  message(FATAL_ERROR "The first error must say \"${sentence}\", but the compiler said:\n${output}")
endif()
