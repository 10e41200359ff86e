#include "plugin/generation.hpp"

#include "plugin/stage.hpp"

#include <optional>
#include <stdexcept>
#include <utility>

namespace patchbay {

Generation::Generation(PrivateCopy copy, const PluginDescriptor& descriptor, unsigned generation_number,
                       const GenerationPlace& place)
    : copy_{std::move(copy)}, version_{descriptor.version}, blocks_held_{place.loops.size()} {
    plugin = descriptor.name;
    number = generation_number;
    services = place.services;
    home_loop = &place.home->context();
    info = this;
    share = place.share;
    most_spawned = place.most_spawned;
    home = descriptor.concurrency == Concurrency::parallel ? nullptr : place.home;
    for (std::size_t i = 0; i < place.loops.size(); ++i) {
        blocks_.push_back(std::make_unique<detail::LeaseBlock>(*this, [](detail::LeaseBlock& block) noexcept {
            static_cast<Generation&>(block.generation()).block_drained();
        }));
        leases.push_back(blocks_.back().get());
    }
}

Generation::~Generation() = default;

std::shared_ptr<Generation> Generation::load(PrivateCopy copy, const PluginDescriptor& descriptor,
                                             unsigned number, nlohmann::json settings,
                                             Settings::Positions positions, const GenerationPlace& place) {
    std::shared_ptr<Generation> made{new Generation{std::move(copy), descriptor, number, place}};
    made->library_ = at_stage("in dlopen", [&] { return std::make_unique<Library>(made->copy_.path()); });
    const Settings given{std::move(settings), made->plugin, std::move(positions)};
    std::optional<std::string> problem;
    const char* stage = "in its constructor";
    {
        const detail::LeaseScope scope{made->leases.front()};
        try {
            made->construct(given, stage);
        } catch (const std::exception& error) {
            problem = error.what();
        } catch (...) {
            problem = "it threw an exception that is no std::exception";
        }
    }
    if (problem) {
        // Threads and tasks that it started may run in it: it ends like one that has served.
        static_cast<void>(run_thread_local_destructors(made->addresses()));
        made->cancel_outside();
        place.discard(made);
        throw std::runtime_error{*problem + " · " + stage};
    }
    made->unused_settings_ = given.unused();
    return made;
}

void Generation::construct(const Settings& settings, const char*& stage) {
    plugin_ = library_->create(settings);
    handlers_ = std::make_unique<Handlers>();
    stage = "in add_handlers()";
    plugin_->add_handlers(*handlers_);
    start_called_ = true;
    stage = "in start()";
    plugin_->start();
}

void Generation::retire(std::function<void()> on_drained) {
    on_drained_ = std::move(on_drained);
    for (auto& block : blocks_) block->release();
}

void Generation::block_drained() noexcept {
    if (blocks_held_.fetch_sub(1, std::memory_order_acq_rel) == 1 && on_drained_) on_drained_();
}

long Generation::leases_of_others() const noexcept {
    long count = 0;
    for (const auto& block : blocks_) count += block->count();
    return on_drained_ ? count : count - static_cast<long>(blocks_.size());
}

std::string Generation::stop_and_destroy() noexcept {
    std::string problem;
    ending = true;
    const detail::LeaseScope scope{leases.front()};
    const auto guarded = [&problem](auto step) {
        try {
            step();
        } catch (const std::exception& error) {
            problem = error.what();
        } catch (...) {
            problem = "an exception that is no std::exception";
        }
    };
    if (plugin_) {
        if (start_called_) guarded([this] { plugin_->stop(); });
        handlers_.reset();  // they may capture the plugin's object
        guarded([this] { library_->destroy(std::exchange(plugin_, nullptr)); });
    }
    handlers_.reset();
    return problem;
}

bool Generation::unload() {
    const bool gone = library_->unload();
    if (gone) copy_.remove();
    return gone;
}

}  // namespace patchbay
