// A message of a channel. Its bytes are shared by all who have it, whichever plugin they are of, and are
// libpatchbay's: they outlive the plugin that published them.
#pragma once

#include <patchbay/export.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

namespace patchbay {

namespace detail {
struct ChannelRecord;
}

/// Lifetime: its text is valid as long as this message, or a copy of it. Copies share the text.
class PATCHBAY_API ChannelMessage {
public:
    explicit ChannelMessage(std::shared_ptr<const detail::ChannelRecord> record) noexcept
        : record_{std::move(record)} {}

    /// Grows within a channel, also over the host's restarts, and fits the numbers of JavaScript.
    std::uint64_t id() const noexcept;
    std::string_view text() const noexcept;

private:
    std::shared_ptr<const detail::ChannelRecord> record_;
};

}  // namespace patchbay
