# Run by ctest: the installed package names the compilers that it takes, and is not found with another. CONFIG is the
# package's file in the build.
foreach(compiler "Clang;14.0.6" "Clang;15.0.7" "GNU;11.4.0" "AppleClang;16.0.0" "MSVC;19.40")
  list(GET compiler 0 CMAKE_CXX_COMPILER_ID)
  list(GET compiler 1 CMAKE_CXX_COMPILER_VERSION)
  set(CMAKE_FIND_PACKAGE_NAME patchbay)
  set(patchbay_FOUND TRUE)
  include("${CONFIG}")
  if(patchbay_FOUND)
    message(FATAL_ERROR "The package is found with ${compiler}.")
  endif()
  if(NOT patchbay_NOT_FOUND_MESSAGE MATCHES
      "g\\+\\+ 12 or newer, or with clang 16 or newer: this is ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}\\.")
    message(FATAL_ERROR "The package only says: ${patchbay_NOT_FOUND_MESSAGE}")
  endif()
endforeach()
