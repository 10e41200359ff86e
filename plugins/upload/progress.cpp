#include "progress.hpp"

#include <charconv>
#include <utility>

namespace upload {

using namespace patchbay;

namespace {

constexpr auto interval = 100ms;

// Content-Length, if there is one; the host has seen to it that it is a number.
std::optional<std::uint64_t> length_of_body(const Request& request) {
    const std::string_view text = request.header(http::field::content_length).value_or("");
    std::uint64_t length = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), length).ec != std::errc{})
        return std::nullopt;
    return length;
}

}  // namespace

Progress::Progress(Channel changes, const Request& request)
    : changes_{std::move(changes)}, upload_{request.id()}, total_{length_of_body(request)} {}

Progress::~Progress() { changes_.publish("{\"upload\":\"" + upload_ + "\",\"ended\":true}"); }

void Progress::begin(std::string name) {
    name_ = std::move(name);
    tell();
}

void Progress::add(std::size_t bytes) {
    received_ += bytes;
    if (!name_.empty() && std::chrono::steady_clock::now() >= next_) tell();
}

void Progress::tell() {
    nlohmann::json event{{"upload", upload_}, {"name", name_}, {"received", received_}};
    if (total_) event["total"] = *total_;
    changes_.publish(event.dump());
    next_ = std::chrono::steady_clock::now() + interval;
}

void tell_of_change(const Channel& changes) { changes.publish("{}"); }

}  // namespace upload
