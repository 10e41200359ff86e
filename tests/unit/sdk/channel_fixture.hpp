// What the tests of channels share.
#pragma once

#include "test_host.hpp"

#include <patchbay/channel.hpp>

#include <future>
#include <string>
#include <vector>

namespace patchbay::test {

using Texts = std::vector<std::string>;

/// The calling thread runs the plugin's code, as one of an executor or of start().
struct PluginThread {
    explicit PluginThread(TestHost& host) : scope{&host.block()} {}
    detail::LeaseScope scope;
};

/// Fewer when the subscription ends.
inline Task<Texts> receive_some(Subscription& from, std::size_t count) {
    Texts texts;
    while (texts.size() < count) {
        auto message = co_await from.receive();
        if (!message) break;
        texts.emplace_back(message->text());
    }
    co_return texts;
}

inline Task<std::string> receive_one(Channel channel, std::promise<void>* subscribed) {
    Subscription subscription = channel.subscribe();
    subscribed->set_value();
    const auto message = co_await subscription.receive();
    co_return message ? std::string{message->text()} : "ended";
}

/// Gives way to what the loop has to do already: to hand messages to subscribers, for one.
inline Task<> delivered() {
    const LoopExecutor loop = co_await this_task::executor;
    co_await asio::post(loop, use_task);
}

}  // namespace patchbay::test
