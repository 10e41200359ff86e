# Compiler options shared by everything this project builds. Plugins outside the tree get only
# what their ABI needs, from patchbay::sdk (see sdk/CMakeLists.txt).
find_package(Threads REQUIRED)

find_program(PATCHBAY_CCACHE ccache)
if(PATCHBAY_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${PATCHBAY_CCACHE}")
  # Without this it does not keep what is compiled with precompiled headers.
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CMAKE_COMMAND}" -E env CCACHE_SLOPPINESS=pch_defines,time_macros "${PATCHBAY_CCACHE}")
endif()

add_library(patchbay_warnings INTERFACE)
target_compile_options(patchbay_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-qual -Wimplicit-fallthrough -Werror
  # g++ 12 reports these two wrongly in optimised std::string code (GCC bugs 105651, 105562).
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-restrict;-Wno-maybe-uninitialized>"
  # In a batch it takes each source for a header.
  "$<$<AND:$<CXX_COMPILER_ID:GNU>,$<BOOL:${PATCHBAY_UNITY}>>:-Wno-subobject-linkage>")

add_library(patchbay_options INTERFACE)
target_link_libraries(patchbay_options INTERFACE patchbay_warnings Threads::Threads)

if(PATCHBAY_SANITIZE STREQUAL "address")
  # The vptr check asks the kernel for a pipe, and takes its refusal for a broken object.
  set(PATCHBAY_SANITIZE_FLAGS -fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
elseif(PATCHBAY_SANITIZE STREQUAL "thread")
  # GCC warns that TSan does not model Asio's atomic_thread_fence; the fences are redundant there.
  set(PATCHBAY_SANITIZE_FLAGS -fsanitize=thread -fno-omit-frame-pointer)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND PATCHBAY_SANITIZE_FLAGS -Wno-tsan)
  endif()
elseif(PATCHBAY_SANITIZE)
  message(FATAL_ERROR "PATCHBAY_SANITIZE is '${PATCHBAY_SANITIZE}'; it takes address, thread, or nothing")
endif()
if(PATCHBAY_SANITIZE_FLAGS)
  add_compile_options(${PATCHBAY_SANITIZE_FLAGS})
  add_link_options(${PATCHBAY_SANITIZE_FLAGS})
endif()

# patchbay_without_sanitizers(target): for a program that holds nothing of the product, and is the slower for being watched.
function(patchbay_without_sanitizers target)
  if(PATCHBAY_SANITIZE)
    target_compile_options(${target} PRIVATE -fno-sanitize=all)
    target_link_options(${target} PRIVATE -fno-sanitize=all)
  endif()
endfunction()

# patchbay_add_plain(library): `library`_plain, the same for such a program.
function(patchbay_add_plain library)
  if(NOT PATCHBAY_SANITIZE)
    add_library(${library}_plain ALIAS ${library})
    return()
  endif()
  get_target_property(sources ${library} SOURCES)
  add_library(${library}_plain STATIC ${sources})
  foreach(property COMPILE_DEFINITIONS COMPILE_OPTIONS INCLUDE_DIRECTORIES LINK_LIBRARIES)
    foreach(name ${property} INTERFACE_${property})
      get_target_property(value ${library} ${name})
      if(value)
        set_target_properties(${library}_plain PROPERTIES ${name} "${value}")
      endif()
    endforeach()
  endforeach()
  patchbay_without_sanitizers(${library}_plain)
endfunction()
