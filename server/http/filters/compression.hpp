// Compresses bodies on their way out: the compression filter. Owned and called as every filter is.
//
// A body that is whole and no larger than coding_slice (http/coded_body.hpp) is compressed here, at once, and
// keeps a Content-Length. A larger one, and a stream, gets an encoder with which its connection makes a slice
// a turn of the event loop, one connection after another, when the client has taken the last. So no loop
// stands still for longer than one slice takes, whatever the size of a body and the number of clients, and
// memory holds a slice a client. While four clients fetched 10 MiB with gzip from one loop, small requests to
// it took 2 ms in the median (two busy cores); with these bodies compressed in one go, 3 s. Threads of the
// executor would end bodies of 10 MiB sooner where cores are idle, but would take from the blocking handlers
// what was meant for them, and hold all of each result.
#pragma once

#include "config/filter_config.hpp"
#include "http/filters/filter.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace patchbay {

/// Answers that it could compress say "Vary: Accept-Encoding", and so does every 304. One that it compresses
/// loses Accept-Ranges, and its ETag becomes weak: W/"x" is the same resource in other bytes (RFC 9110
/// §8.8.1). A client that shows that tag gets 304 here, whatever form of it the handler compares with.
///
/// Left as they are: answers with Content-Encoding, Content-Range, Cache-Control: no-transform or a digest of
/// their bytes; large bodies for HTTP/1.0, which knows no chunks; what would not become smaller; and, unless
/// the operator says `credentials`, what may hold secrets (BREACH): answers that set a cookie, or whose
/// request had a cookie or Authorization, but for those that the handler calls Cache-Control: public.
class CompressionFilter final : public Filter {
public:
    explicit CompressionFilter(const CompressionConfig& config);

    std::optional<CodedAnswer> code(const Request& request, Response& response, BodyForm form) const override;

private:
    std::optional<CodedAnswer> with_encoder(Response& response, Coding coding,
                                            std::optional<std::size_t> size) const;
    std::optional<CodedAnswer> coded_at_once(const Response& response, Coding coding) const;
    bool is_candidate(const Response& response, BodyForm form) const;
    bool has_type(const Response& response) const;
    std::optional<Coding> coding_for(const Request& request) const;
    int level_of(Coding coding) const noexcept;

    CompressionConfig config_;
    std::vector<std::string_view> codings_;  // of config_
};

}  // namespace patchbay
