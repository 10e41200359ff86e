// One generation of a plugin: a private copy of its file, loaded, constructed and started once. Made by the
// manager's loader thread, served from by the event loops, and ended by the reaper when its last lease is
// gone.
//
// A generation's life, in order:
//   1. seen: the watcher reports a file that has been quiet for a while
//   2. copied to a private, uniquely named file
//   3. gated: the copy's bytes are judged before any of its code runs
//   4. loaded, constructed, its handlers collected, started; with a time limit
//   5. published: every loop gets routes that lead to it
//   6. drained: no loop leads to it any more, and what runs holds leases until it ends
//   7. reaped: stopped, destroyed, audited, unmapped, its copy deleted
#pragma once

#include "http/published_routes.hpp"
#include "plugin/library.hpp"
#include "plugin/private_copy.hpp"
#include "runtime/loop_thread.hpp"

#include <patchbay/descriptor.hpp>
#include <patchbay/detail/generation_info.hpp>
#include <patchbay/handlers.hpp>
#include <patchbay/plugin.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace patchbay {

class Generation;

/// What a generation is made for; the host's side of it.
struct GenerationPlace {
    detail::HostServices* services = nullptr;
    std::vector<LoopThread*> loops;  ///< by index
    LoopThread* home = nullptr;
    ExecutorShare* share = nullptr;
    std::size_t most_spawned = 0;  ///< tasks of spawn() at once
    /// Takes a generation that failed to construct or start, to be ended. Called on the loading thread.
    std::function<void(std::shared_ptr<Generation>)> discard;
};

class Generation final : public detail::GenerationInfo, public ServedGeneration {
public:
    /// Step 4: may block, and may throw whatever the plugin throws, copied into a std::runtime_error that
    /// also says where (what a plugin throws may not outlive it). What was loaded by then has gone to
    /// `place.discard`.
    static std::shared_ptr<Generation> load(PrivateCopy copy, const PluginDescriptor& descriptor,
                                            unsigned number, nlohmann::json settings,
                                            Settings::Positions positions, const GenerationPlace& place);
    ~Generation();
    Generation(const Generation&) = delete;
    Generation& operator=(const Generation&) = delete;

    const std::string& version() const noexcept { return version_; }
    /// For the log: "greeter 1.0.0 gen 2".
    std::string title() const { return plugin + " " + version_ + " gen " + std::to_string(number); }
    const Handlers& handlers() const noexcept { return *handlers_; }
    /// The copy it was loaded from, which is there as long as it serves.
    const std::filesystem::path& file() const noexcept { return copy_.path(); }
    /// Settings nobody read during construction, as Settings::unused() gives them.
    const std::vector<std::string>& unused_settings() const noexcept { return unused_settings_; }

    /// Gives up the publication's own leases. Call it once, when no loop leads here any more. on_drained is
    /// called once, on the thread that lets the last lease go, which must only pass the news on.
    void retire(std::function<void()> on_drained);
    /// Leases still held, the publication's own not counted.
    long leases_of_others() const noexcept;

    // For the reaper, in this order.
    /// stop() and the destructor of the plugin's object, with a message for what they throw.
    std::string stop_and_destroy() noexcept;
    AddressRange addresses() const noexcept { return library_->addresses(); }
    /// True when the library is no longer mapped and its copy deleted.
    bool unload();
    /// Never unmaps it: something still refers to its code.
    void quarantine() noexcept { copy_.keep(); }

private:
    Generation(PrivateCopy copy, const PluginDescriptor& descriptor, unsigned number,
               const GenerationPlace& place);
    /// `stage` says how far it got.
    void construct(const Settings& settings, const char*& stage);
    void block_drained() noexcept;

    PrivateCopy copy_;
    std::string version_;
    std::unique_ptr<Library> library_;
    std::unique_ptr<Handlers> handlers_;
    Plugin* plugin_ = nullptr;
    bool start_called_ = false;
    std::vector<std::unique_ptr<detail::LeaseBlock>> blocks_;
    std::atomic<std::size_t> blocks_held_;
    std::function<void()> on_drained_;
    std::vector<std::string> unused_settings_;
};

}  // namespace patchbay
