// What a handler answers with. A value type; the host copies it out before the handler's plugin may be
// unloaded.
#pragma once

#include <patchbay/body_writer.hpp>
#include <patchbay/cookie.hpp>
#include <patchbay/detail/body_text.hpp>
#include <patchbay/detail/websocket_offer.hpp>
#include <patchbay/events.hpp>
#include <patchbay/export.hpp>
#include <patchbay/file.hpp>
#include <patchbay/json_member.hpp>
#include <patchbay/namespaces.hpp>

#include <boost/beast/http/field.hpp>
#include <boost/beast/http/status.hpp>
#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace patchbay {

namespace detail {
using BodySource = std::variant<File, BodyProducer, BlockingBodyProducer, WebSocketOffer>;
}  // namespace detail

/// Status, headers and body. Date, Server, Content-Length, Transfer-Encoding, Connection and Keep-Alive are
/// the host's to write: setting one here is an error.
class PATCHBAY_API Response {
public:
    /// 200 with an empty body and no Content-Type.
    Response() = default;
    /// Errors: as status().
    explicit Response(http::status status) { this->status(status); }

    /// text/plain; charset=utf-8. The body is a std::string, a literal or a std::string_view.
    /// Lifetime: every factory owns the body it is given.
    static Response text(detail::BodyText body) { return {std::move(body.text), text_type}; }
    /// text/html; charset=utf-8. Nothing is escaped.
    static Response html(detail::BodyText body) { return {std::move(body.text), html_type}; }
    /// application/json. Bytes that are not UTF-8 in its strings are replaced by U+FFFD.
    static Response json(const nlohmann::json& value);
    /// The same for an object whose members are listed, `json({{"id", id}, {"name", name}})`, written as they
    /// stand without a tree of values in between. Their names must differ.
    static Response json(std::initializer_list<JsonMember> members);
    /// application/json from text that is JSON already.
    static Response json_text(detail::BodyText body) { return {std::move(body.text), json_type}; }
    /// Errors: std::invalid_argument as header().
    static Response bytes(detail::BodyText body, std::string_view content_type = "application/octet-stream");
    static Response bytes(std::span<const std::byte> body,
                          std::string_view content_type = "application/octet-stream");
    /// The file's bytes; of its media_type_of() unless one is given. To GET and HEAD the host answers with
    /// ETag, Last-Modified and Accept-Ranges, by what If-Match, If-None-Match and their like ask (RFC 9110
    /// §13), and with the Range asked for (RFC 9110 §14), as long as the status is 200. A file that is cut
    /// short while it is sent ends the connection. Errors: std::invalid_argument as header().
    static Response file(File file, std::string_view content_type = {});
    /// A body that is produced while it is sent, with chunked coding (RFC 9112 §7.1): by a coroutine on the
    /// plugin's event loop, or by a plain function on an executor thread. It begins when the handler has
    /// returned, and is not held to the handler's timeout. Captures live until it has ended; the Request does
    /// too. Errors: std::invalid_argument as header().
    static Response stream(BodyProducer producer, std::string_view content_type = "application/octet-stream");
    static Response stream_blocking(BlockingBodyProducer producer,
                                    std::string_view content_type = "application/octet-stream");
    /// Server-sent events, of type text/event-stream, with Cache-Control: no-store, to which header() may
    /// add. As stream(), but one that the host may end well: past the operator's drain.deadline once its
    /// plugin has been replaced, and as soon as the server is to stop, the producer is cancelled, and the
    /// client told when to come back (EventsOptions). A producer that throws anything but the
    /// operation_aborted of that ends the connection, as that of any stream. Errors: std::invalid_argument as
    /// EventsOptions say.
    static Response events(EventProducer producer, EventsOptions options = {});
    /// Without heartbeats: nobody but the function writes.
    static Response events_blocking(BlockingEventProducer producer, EventsOptions options = {});
    /// Location is sent as given: percent-encode it. Errors: std::invalid_argument when the status is not
    /// 301, 302, 303, 307 or 308, or as header().
    static Response redirect(std::string_view location, http::status status = http::status::found);

    /// Errors: std::invalid_argument for a status outside 200..599; informational ones are not a handler's to
    /// send.
    Response& status(http::status status) &;
    Response&& status(http::status status) && { return std::move(this->status(status)); }

    /// Adds a header line; a name may repeat (Set-Cookie).
    /// Errors: std::invalid_argument when the name is no token (RFC 9110 §5.6.2), when the value holds CR,
    /// LF, NUL or another control character but tab (RFC 9110 §5.5), or when the header is the host's to
    /// write.
    Response& header(std::string_view name, std::string_view value) &;
    Response&& header(std::string_view name, std::string_view value) && {
        return std::move(this->header(name, value));
    }
    Response& header(http::field name, std::string_view value) &;
    Response&& header(http::field name, std::string_view value) && {
        return std::move(this->header(name, value));
    }

    /// Adds Content-Disposition, so that a browser saves the body under that name, in UTF-8 (RFC 6266).
    /// Errors: std::invalid_argument when the name holds a control character.
    Response& attachment(std::string_view file_name) &;
    Response&& attachment(std::string_view file_name) && { return std::move(this->attachment(file_name)); }

    http::status status() const noexcept { return status_; }
    /// Empty when there is none.
    std::string_view content_type() const noexcept;
    const std::string& body() const noexcept { return body_; }
    std::string& body() noexcept { return body_; }
    /// What is sent instead of body(), if it is a file.
    const File* file() const noexcept { return source_ ? std::get_if<File>(source_.get()) : nullptr; }
    /// The first header of that name, case-insensitively; Content-Type included.
    std::optional<std::string_view> find_header(std::string_view name) const noexcept;

    /// For whoever writes it to the wire: the Content-Type that one of the factories gave, and every added
    /// header as "Name: value\r\n".
    std::string_view factory_content_type() const noexcept { return content_type_; }
    std::string_view header_lines() const noexcept { return headers_; }
    /// Adds lines that header_lines() of another response has given. Precondition: no Content-Type among
    /// them.
    void add_header_lines(std::string_view lines) { headers_.append(lines); }

    /// `cookie({.name = "theme", .value = "dark", .max_age = 720h})`. Errors: as to_string(const Cookie&).
    Response& cookie(const Cookie& cookie) &;
    Response&& cookie(const Cookie& cookie) && { return std::move(this->cookie(cookie)); }
    /// Name, domain and path say which: give those it was set with, and its other attributes. Errors: as
    /// cookie().
    Response& delete_cookie(Cookie cookie) &;
    Response&& delete_cookie(Cookie cookie) && { return std::move(delete_cookie(std::move(cookie))); }
    /// Adds a request header's name to Vary, for caches, unless it is there (RFC 9110 §12.5.5).
    /// Errors: std::invalid_argument when it is no token.
    Response& vary(std::string_view name) &;
    Response&& vary(std::string_view name) && { return std::move(vary(name)); }
    /// Adds a metric that browsers' developer tools show, to the microsecond (W3C Server Timing).
    /// Errors: std::invalid_argument when the name is no token, the duration is negative, or as header().
    Response& server_timing(std::string_view name, std::chrono::nanoseconds duration,
                            std::string_view description = {}) &;
    Response&& server_timing(std::string_view name, std::chrono::nanoseconds duration,
                             std::string_view description = {}) && {
        return std::move(server_timing(name, duration, description));
    }

    /// For whoever takes the socket over: the 101 of a WebSocket, with the headers of `answer`.
    static Response websocket(Response answer, detail::WebSocketOffer offer);
    /// Null when it is none.
    const detail::WebSocketOffer* websocket() const noexcept {
        return source_ ? std::get_if<detail::WebSocketOffer>(source_.get()) : nullptr;
    }
    /// For whoever runs the producer: what is sent instead of body(), if it is a file or a stream.
    const std::shared_ptr<const detail::BodySource>& source() const noexcept { return source_; }
    /// Whether the client is as well served when the host asks the producer to end before it does by itself:
    /// that of events.
    bool may_end_early() const noexcept { return may_end_early_; }
    /// Lets the source go; what it captured is the plugin's.
    void drop_source() noexcept { source_.reset(); }

private:
    static const std::string_view text_type;  // literals of libpatchbay, which outlive every plugin
    static const std::string_view html_type;
    static const std::string_view json_type;

    Response(std::string body, std::string_view static_content_type)
        : body_{std::move(body)}, content_type_{static_content_type} {}
    void be_events();

    http::status status_ = http::status::ok;
    bool may_end_early_ = false;
    std::string body_;
    std::shared_ptr<const detail::BodySource> source_;
    std::string headers_;
    std::string_view content_type_;  // a literal of libpatchbay; any other type is one of the headers_
};

}  // namespace patchbay
