// What stands between a connection and handlers: looks at a request before its handler runs and at the answer
// before it is written. Made once for each entry of `filters` in the configuration, owned by a FilterSet and
// the routes that use it, called on every event loop at the same time.
#pragma once

#include "http/body_encoder.hpp"

#include <patchbay/filter.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace patchbay {

class Logger;

enum class BodyForm : std::uint8_t {
    whole,  ///< Response::body(), and no file
    stream  ///< it comes later, and in pieces
};

/// An answer whose body goes out in another coding. Without an encoder the body has it already.
struct CodedAnswer {
    Response head;
    std::unique_ptr<BodyEncoder> encoder;
};

/// Thread-safety: every function may be called on several loops at once; none blocks.
class Filter {
public:
    Filter() = default;
    Filter(const Filter&) = delete;
    Filter& operator=(const Filter&) = delete;
    virtual ~Filter() = default;

    /// An answer here keeps the handler, and the filters that follow, from seeing the request. The body may
    /// not have arrived yet.
    virtual std::optional<Response> before(const Request&) const { return std::nullopt; }
    /// What a CORS preflight is answered with. Asked of every filter before any before().
    virtual std::optional<Response> preflight(const Request&) const { return std::nullopt; }
    /// Called for every answer, whoever gave it. Of a request that could not be read there are only id() and
    /// peer(). A file or a stream has its head alone here.
    virtual void after(const Request&, Response&) const {}
    /// Called after every after(), for answers that handlers and filters give and that may have a body, files
    /// excepted. Of a stream the source must not be looked at: its producer may be ending. Takes the body
    /// out of `response` when it gives another answer.
    virtual std::optional<CodedAnswer> code(const Request&, Response&, BodyForm) const {
        return std::nullopt;
    }
};

struct ServedGeneration;

/// A filter that a plugin has declared; or one of the host's that comes after such a one.
struct InnerFilter {
    std::shared_ptr<const Filter> own;           ///< null: a plugin's
    const detail::FilterEntry* entry = nullptr;  ///< of the plugin's
    const ServedGeneration* generation = nullptr;
};

/// In the order in which they see a request: the host's, up to the first of a plugin, then the inner ones,
/// which may wait and so are run by the exchange.
struct FilterChain {
    std::vector<std::shared_ptr<const Filter>> filters;
    std::vector<InnerFilter> inner{};
};

/// Whether a browser asks by it if another request may be made (Fetch §3.3.2).
bool is_preflight(const Request& request) noexcept;

// A filter that throws, out of memory perhaps, is logged. What follows says what becomes of its request.

/// The first answer that a filter gives, in order; of inner ones only to a preflight. A 500 for one that
/// throws: nobody has let the request pass.
std::optional<Response> run_before(const FilterChain& chain, detail::RequestData& request,
                                   Logger& log) noexcept;
std::optional<Response> run_before(const Filter& filter, const Request& request, Logger& log) noexcept;
/// In the reverse order. The host's inner ones first, unless the exchange has run them. False when one has
/// thrown: `response` is a 500 then, which those that follow have seen. That of a stream is left as it is,
/// since its producer runs, and must not be sent.
bool run_after(const FilterChain& chain, detail::RequestData& request, Response& response, bool inner_too,
               BodyForm form, Logger& log) noexcept;
bool run_after(const Filter& filter, const Request& request, Response& response, Logger& log,
               BodyForm form = BodyForm::whole) noexcept;
/// The first that a filter gives, in the reverse order. When one throws, a whole body may be lost: `response`
/// is a 500 then. A stream goes on uncoded.
std::optional<CodedAnswer> run_code(const FilterChain& chain, detail::RequestData& request,
                                    Response& response, BodyForm form, Logger& log) noexcept;

}  // namespace patchbay
