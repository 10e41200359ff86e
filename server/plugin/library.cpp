#include "plugin/library.hpp"

#include <boost/dll/shared_library.hpp>

#include <algorithm>
#include <dlfcn.h>
#include <fstream>
#include <link.h>
#include <stdexcept>
#include <string>
#include <sys/statvfs.h>

namespace patchbay {

struct Library::Handle {
    boost::dll::shared_library library;
};

namespace {

AddressRange addresses_of(void* handle) {
    link_map* map = nullptr;
    if (dlinfo(handle, RTLD_DI_LINKMAP, static_cast<void*>(&map)) != 0)
        throw std::runtime_error{"dlinfo failed"};
    struct Search {
        ElfW(Addr) base;
        AddressRange found;
    } search{map->l_addr, {}};
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* data) {
            auto& wanted = *static_cast<Search*>(data);
            if (info->dlpi_addr != wanted.base) return 0;
            wanted.found.low = ~std::uintptr_t{0};
            for (ElfW(Half) i = 0; i < info->dlpi_phnum; ++i) {
                const ElfW(Phdr)& header = info->dlpi_phdr[i];
                if (header.p_type != PT_LOAD) continue;
                wanted.found.low = std::min(wanted.found.low, info->dlpi_addr + header.p_vaddr);
                wanted.found.high =
                    std::max(wanted.found.high, info->dlpi_addr + header.p_vaddr + header.p_memsz);
            }
            return 1;
        },
        &search);
    return search.found;
}

bool is_noexec(const std::filesystem::path& folder) {
    struct statvfs system{};
    return ::statvfs(folder.c_str(), &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
}

}  // namespace

Library::Library(const std::filesystem::path& path) : path_{path}, handle_{std::make_unique<Handle>()} {
    using boost::dll::load_mode::rtld_local;
    using boost::dll::load_mode::rtld_now;
    boost::dll::fs::error_code error;
    handle_->library.load(path_, error, rtld_now | rtld_local);
    if (error) {
        const char* const said = dlerror();
        std::string reason = said ? said : error.message();
        if (is_noexec(path_.parent_path()))
            reason +=
                "; " + path_.parent_path().string() +
                " is on a file system that is mounted noexec: set plugins.private_directory to a folder "
                "on another";
        throw std::runtime_error{reason};
    }
    addresses_ = addresses_of(handle_->library.native());
    if (!watch_thread_locals(addresses_)) throw std::runtime_error{"too many plugin generations are loaded"};
}

Library::~Library() {
    // Boost's object would dlclose; whoever has not called unload() has a reason to keep the code mapped.
    if (handle_ && handle_->library.is_loaded()) static_cast<void>(handle_.release());
}

Plugin* Library::create(const Settings& settings) const {
    return handle_->library.get<Plugin*(const Settings&)>("patchbay_plugin_create")(settings);
}

void Library::destroy(Plugin* plugin) const {
    handle_->library.get<void(Plugin*)>("patchbay_plugin_destroy")(plugin);
}

bool Library::unload() {
    unwatch_thread_locals(addresses_);
    handle_->library.unload();
    return !is_mapped(path_);
}

bool is_mapped(const std::filesystem::path& path) {
    std::ifstream maps{"/proc/self/maps"};
    for (std::string line; std::getline(maps, line);)
        if (line.find(path.native()) != std::string::npos) return true;
    return false;
}

}  // namespace patchbay
