// Says in the access log what became of a request: as JSON with the names of OpenTelemetry's semantic
// conventions, or as text for people. Owned by an event loop's server and used on its thread.
#pragma once

#include "http/access_request.hpp"
#include "log/access_log.hpp"
#include "log/line_builder.hpp"

#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <string>
#include <string_view>

namespace patchbay {

/// How it ended.
struct AccessOutcome {
    unsigned status = 0;      ///< 0 when nothing was answered
    std::uint64_t bytes = 0;  ///< of the answer's body
    std::string_view error;   ///< a word for what went wrong; empty leaves it to the status
    bool cut = false;         ///< whether the answer's end is missing
};

/// An answer that takes its time, from its head on.
struct AccessRecord {
    std::string before;  // of the line, what is known already: what comes before the outcome, and after it
    std::string after;
    bool json = false;
    std::chrono::steady_clock::time_point began;
    unsigned status = 0;
    std::uint64_t bytes = 0;  // of the body: produced so far or, of a file, in all
    // Of a file:
    std::uint64_t head_bytes = 0;  // all that goes before it
    std::uint64_t sent = 0;        // of head and file together
};

class AccessReporter {
public:
    AccessReporter(std::unique_ptr<AccessLog::Source> log, bool json)
        : log_{std::move(log)}, json_{json}, since_{std::chrono::steady_clock::now()} {}

    /// Writes the line of a request that came at `began` and has just ended.
    void report(const AccessRequest& request, std::chrono::steady_clock::time_point began,
                const AccessOutcome& outcome);

    /// The same in two steps: the request's own buffers need not outlast the first.
    std::unique_ptr<AccessRecord> begin(const AccessRequest& request,
                                        std::chrono::steady_clock::time_point began, unsigned status);
    void end(const AccessRecord& record, const AccessOutcome& outcome);

private:
    void json_request(const AccessRequest& request);
    void json_fields(const AccessRequest& request);
    void json_outcome(const AccessOutcome& outcome, std::chrono::steady_clock::time_point began);
    void text_request(const AccessRequest& request);
    void text_trailer(const AccessRequest& request);
    void text_outcome(const AccessOutcome& outcome, std::chrono::steady_clock::time_point began);
    void timestamp();
    void client(const boost::asio::ip::address& address);
    void duration(std::chrono::steady_clock::time_point began);
    void query(std::string_view query);
    void end_line();

    std::unique_ptr<AccessLog::Source> log_;
    bool json_;
    std::chrono::steady_clock::time_point since_;  // requests that are older have no beginning noted
    LineBuilder line_;
    std::time_t second_ = -1;
    char second_text_[24] = {};  // "2026-11-25T14:00:00."
};

}  // namespace patchbay
