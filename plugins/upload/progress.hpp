// What the pages are told of one upload: events of JSON, published in a channel. Owned by the upload's
// request; one thread at a time.
#pragma once

#include <patchbay/plugin.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace upload {

class Progress {
public:
    Progress(patchbay::Channel changes, const patchbay::Request& request);
    /// Tells that the upload has ended, well or not: what is stored now is there to be listed.
    ~Progress();
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;

    /// The name of what arrives is known; nothing is told before. Precondition: it is ASCII.
    void begin(std::string name);
    /// So many bytes more have arrived, of the whole body. Told every 100 ms at most.
    void add(std::size_t bytes);

private:
    void tell();

    const patchbay::Channel changes_;
    const std::string upload_;                  // its id
    const std::optional<std::uint64_t> total_;  // bytes; nothing when the client has not said
    std::string name_;
    std::uint64_t received_ = 0;  // bytes
    std::chrono::steady_clock::time_point next_;
};

/// What is told when something else has changed.
void tell_of_change(const patchbay::Channel& changes);

}  // namespace upload
