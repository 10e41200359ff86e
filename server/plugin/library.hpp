// A plugin's shared object in this process: the only place that calls dlopen (through Boost.DLL). Owned by
// its generation. Loading runs the object's static constructors; use a thread that may block.
#pragma once

#include "runtime/thread_local_destructors.hpp"

#include <patchbay/plugin.hpp>
#include <patchbay/settings.hpp>

#include <filesystem>
#include <memory>

namespace patchbay {

class Library {
public:
    /// Binds every symbol now and shares none (RTLD_NOW, RTLD_LOCAL). From then on the thread_local
    /// destructors of the library are recorded. `path` must be a file of this generation's own: the same path
    /// again would give the old library back. Errors: std::runtime_error with the dynamic linker's reason.
    explicit Library(const std::filesystem::path& path);
    /// Leaves the library mapped unless unload() was called.
    ~Library();
    Library(const Library&) = delete;
    Library& operator=(const Library&) = delete;

    /// The entry points. Errors: whatever the plugin's constructor throws.
    Plugin* create(const Settings& settings) const;
    void destroy(Plugin* plugin) const;

    /// dlclose; true when the kernel's map of the process no longer shows the file.
    /// Preconditions: no thread runs in it or will, nothing of its code or data is referred to any more.
    bool unload();

    AddressRange addresses() const noexcept { return addresses_; }
    const std::filesystem::path& path() const noexcept { return path_; }

private:
    struct Handle;

    std::filesystem::path path_;
    std::unique_ptr<Handle> handle_;
    AddressRange addresses_;
};

/// Whether /proc/self/maps shows the file.
bool is_mapped(const std::filesystem::path& path);

}  // namespace patchbay
