// A body on its way through an encoder, with its framing: made in slices, so that an event loop has turns for
// others between them. Owned by its connection, on that connection's loop.
#pragma once

#include "http/body_encoder.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace patchbay {

/// What is coded in one go: at the default levels 0.2 ms (zstd) to 0.9 ms (gzip) of a loop's time.
constexpr std::size_t coding_slice = 32 * 1024;

class CodedBody {
public:
    struct Progress {
        std::size_t taken = 0;  ///< bytes of the body as it was
        std::size_t made = 0;   ///< bytes of the body as it is sent, without the framing
    };

    /// Framed by chunks (RFC 9112 §7.1), or only by the end of the connection.
    CodedBody(std::unique_ptr<BodyEncoder> encoder, bool chunked)
        : encoder_{std::move(encoder)}, chunked_{chunked} {}

    /// Once there is no more work, all that was added can be read from what has come out.
    void add(std::string bytes);
    /// Nothing more will be added.
    void end() noexcept { ending_ = true; }

    /// Whether work() has something to do.
    bool has_work() const noexcept { return position_ < pending_.size() || (ending_ && !ended_); }
    /// Codes at most a slice and appends it, framed. Precondition: has_work().
    Progress work(std::string& out);
    /// The end is among what work() has appended.
    bool ended() const noexcept { return ended_; }
    /// There was no memory: the rest of the body is lost.
    bool failed() const noexcept { return failed_; }

private:
    std::unique_ptr<BodyEncoder> encoder_;
    std::string pending_;
    std::size_t position_ = 0;  // in pending_
    std::string made_;          // between encoder and framing
    bool chunked_;
    bool ending_ = false;
    bool ended_ = false;
    bool failed_ = false;
};

}  // namespace patchbay
