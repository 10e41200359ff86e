// The channels of one process by their names.
#include "local_channel.hpp"

#include <patchbay/channel.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>

namespace patchbay::detail {
namespace {

/// Shared with the channels, which may outlive the bus.
class Names : public std::enable_shared_from_this<Names> {
public:
    std::shared_ptr<LocalChannel> find(const std::string& name) {
        std::unique_lock lock{mutex_};
        for (;;) {
            const auto found = channels_.find(name);
            if (found == channels_.end()) return make(name);
            if (auto channel = found->second.lock()) return channel;
            // Another thread is about to call forget(): the next one's ids begin after the last of this.
            lock.unlock();
            std::this_thread::yield();
            lock.lock();
        }
    }

private:
    std::shared_ptr<LocalChannel> make(const std::string& name) {
        const auto forget = [names = shared_from_this(), name](std::uint64_t last_id) {
            names->forget(name, last_id);
        };
        const auto channel = std::make_shared<LocalChannel>(std::max(microseconds(), last_id_), forget);
        channels_.emplace(name, channel);
        return channel;
    }
    void forget(const std::string& name, std::uint64_t last_id) {
        const std::scoped_lock lock{mutex_};
        channels_.erase(name);
        last_id_ = std::max(last_id_, last_id + 1);
    }

    // So that ids grow over restarts as well, as long as there is less than a message a microsecond.
    static std::uint64_t microseconds() {
        const auto now = std::chrono::system_clock::now().time_since_epoch();
        return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
    }

    std::mutex mutex_;
    std::unordered_map<std::string, std::weak_ptr<LocalChannel>> channels_;
    std::uint64_t last_id_ = 0;  // above those of all channels that have gone
};

class LocalChannels final : public ChannelBus {
public:
    std::shared_ptr<ChannelTopic> open(std::string_view name, const ChannelOptions& options) override {
        const auto channel = names_->find(std::string{name});
        channel->keep(options.history, options.history_bytes);
        return channel;
    }

private:
    const std::shared_ptr<Names> names_ = std::make_shared<Names>();
};

}  // namespace

ChannelTopic::~ChannelTopic() = default;
ChannelBus::~ChannelBus() = default;

std::unique_ptr<ChannelBus> make_local_channels() { return std::make_unique<LocalChannels>(); }

}  // namespace patchbay::detail
