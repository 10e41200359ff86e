# patchbay_add_plugin(name sources...): a plugin that the host can load and, above all, unload. Builds name.so in the
# target's library folder. Link what the plugin needs with target_link_libraries(name PRIVATE ...) as usual.
set(_patchbay_plugin_map "${CMAKE_CURRENT_LIST_DIR}/PatchbayPlugin.map")

function(patchbay_add_plugin name)
  add_library(${name} MODULE ${ARGN})
  target_link_libraries(${name} PRIVATE patchbay::patchbay)
  # A Task that is not awaited does nothing.
  target_compile_options(${name} PRIVATE -Werror=unused-result)
  if(TARGET patchbay_warnings)
    target_link_libraries(${name} PRIVATE patchbay_warnings)
  endif()
  # Only the entry points leave the plugin: a symbol that anything else binds to would keep it from unloading.
  # -z,now: no lazy binding inside handlers. -z,defs: a missing symbol is an error here, not at the operator's.
  target_link_options(${name} PRIVATE
    "LINKER:--version-script=${_patchbay_plugin_map}" "LINKER:-z,now"
    $<$<NOT:$<BOOL:${PATCHBAY_SANITIZE}>>:LINKER:-z,defs>)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON
    DEFINE_SYMBOL ""
    LINK_DEPENDS "${_patchbay_plugin_map}")
endfunction()
