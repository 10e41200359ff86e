#include "local_channel.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace patchbay::detail {
namespace {

// What a loop that is held up may be behind, by channel.
constexpr std::size_t most_messages = 65'536;
constexpr std::size_t most_bytes = 16 * 1024 * 1024;

constexpr std::size_t newcomer = static_cast<std::size_t>(-1);  // a feed's place

}  // namespace

LocalChannel::LocalChannel(std::uint64_t before_first, Forget forget)
    : forget_{std::move(forget)}, last_id_{before_first}, history_{before_first} {}

LocalChannel::~LocalChannel() { forget_(last_id_); }

void LocalChannel::keep(std::size_t messages, std::size_t bytes) {
    const std::scoped_lock lock{mutex_};
    history_.keep(messages, bytes);
}

std::optional<ChannelMessage> LocalChannel::newest() const {
    const std::scoped_lock lock{mutex_};
    return history_.newest();
}

std::uint64_t LocalChannel::last_id() const {
    const std::scoped_lock lock{mutex_};
    return last_id_;
}

std::uint64_t LocalChannel::publish(std::string_view text) {
    const auto record = std::make_shared<ChannelRecord>();
    record->text = text;
    const std::scoped_lock lock{mutex_};
    record->id = ++last_id_;
    const ChannelMessage message{record};
    history_.add(message);
    for (const auto& shard : shards_) {
        tell(*shard);  // first: without memory for that the loop would not look for the message
        shard->add(message);
    }
    for (const Feed& feed : threads_) feed->offer(message);
    return record->id;
}

void LocalChannel::Shard::add(const ChannelMessage& message) {
    messages.push_back(message);
    bytes += message.text().size();
    if (messages.size() <= most_messages && bytes <= most_bytes) return;
    // Half of it at once, so that the rest is not moved for each.
    const std::size_t dropped = (messages.size() + 1) / 2;
    for (std::size_t i = 0; i < dropped; ++i) bytes -= messages[i].text().size();
    messages.erase(messages.begin(), messages.begin() + static_cast<std::ptrdiff_t>(dropped));
    lost += dropped;
}

void LocalChannel::tell(Shard& shard) {
    if (shard.told) return;
    asio::post(*shard.loop, [self = shared_from_this(), loop = shard.loop] { self->deliver(*loop); });
    shard.told = true;
}

LocalChannel::Shards::iterator LocalChannel::shard_of(const asio::io_context& loop) {
    return std::ranges::find_if(shards_, [&](const auto& shard) { return shard->loop == &loop; });
}

void LocalChannel::subscribe(Feed feed, std::optional<std::uint64_t> after) {
    const std::scoped_lock lock{mutex_};
    if (after) feed->begin(history_.after(*after), history_.misses(*after));
    if (!feed->loop()) return threads_.push_back(std::move(feed));
    auto shard = shard_of(*feed->loop());
    if (shard == shards_.end()) {
        shard = shards_.insert(shard, std::make_unique<Shard>());
        (*shard)->loop = feed->loop();
    }
    ++(*shard)->count;
    if (feed->loop()->get_executor().running_in_this_thread()) {
        (*shard)->enter({std::move(feed), last_id_});
    } else {
        feed->place = newcomer;
        (*shard)->newcomers.push_back({std::move(feed), last_id_});
    }
}

void LocalChannel::Shard::enter(Subscriber subscriber) {
    subscriber.feed->place = subscribers.size();
    subscribers.push_back(std::move(subscriber));
}

void LocalChannel::unsubscribe(const Feed& feed) {
    asio::io_context* const loop = feed->loop();
    if (!loop) {
        const std::scoped_lock lock{mutex_};
        std::erase(threads_, feed);
    } else if (loop->get_executor().running_in_this_thread()) {
        remove(feed);
    } else {
        asio::post(*loop, [self = shared_from_this(), feed] { self->remove(feed); });
    }
}

// On the feed's loop.
void LocalChannel::remove(const Feed& feed) {
    const std::scoped_lock lock{mutex_};
    const auto found = shard_of(*feed->loop());
    if (found == shards_.end()) return;
    Shard& shard = **found;
    if (feed->place == newcomer) {
        if (std::erase_if(shard.newcomers, [&](const auto& other) { return other.feed == feed; }) == 0)
            return;
    } else {
        std::swap(shard.subscribers[feed->place], shard.subscribers.back());
        shard.subscribers[feed->place].feed->place = feed->place;
        shard.subscribers.pop_back();
        feed->place = newcomer;
    }
    if (--shard.count == 0) shards_.erase(found);
}

// On the loop. Nothing of a plugin runs before all of them have what is theirs; then one that goes on may end
// others.
void LocalChannel::deliver(asio::io_context& loop) {
    std::vector<ChannelMessage> messages;
    std::uint64_t lost = 0;
    Shard* shard = nullptr;
    {
        const std::scoped_lock lock{mutex_};
        const auto found = shard_of(loop);
        if (found == shards_.end()) return;
        shard = found->get();
        shard->told = false;
        messages.swap(shard->messages);
        shard->bytes = 0;
        lost = std::exchange(shard->lost, 0);
        for (Subscriber& subscriber : std::exchange(shard->newcomers, {}))
            shard->enter(std::move(subscriber));
    }
    if (messages.empty()) return;
    for (const Feed& feed : offer(*shard, messages, lost)) feed->wake();
}

// Gives those to wake. Each has the messages that it did not have before.
std::vector<LocalChannel::Feed> LocalChannel::offer(Shard& shard, const std::vector<ChannelMessage>& messages,
                                                    std::uint64_t lost) {
    std::vector<Feed> due;
    const std::uint64_t first = messages.front().id();
    for (Subscriber& subscriber : shard.subscribers) {
        bool wake = false;
        if (lost > 0 && subscriber.begins_after + 1 < first)
            wake = subscriber.feed->lose(std::min(lost, first - 1 - subscriber.begins_after));
        for (const ChannelMessage& message : messages)
            if (message.id() > subscriber.begins_after) wake = subscriber.feed->offer(message);
        if (wake) due.push_back(subscriber.feed);
    }
    return due;
}

}  // namespace patchbay::detail
