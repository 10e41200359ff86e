// The request that a handler is given. Views it gives stay valid until the handler has ended (for an async
// handler: until its Task has), and no longer; copy what must live on.
#pragma once

#include <patchbay/body_reader.hpp>
#include <patchbay/detail/attached_value.hpp>
#include <patchbay/detail/json_document.hpp>
#include <patchbay/detail/parse_value.hpp>
#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>
#include <patchbay/form.hpp>
#include <patchbay/http_error.hpp>
#include <patchbay/json_reader.hpp>
#include <patchbay/media_type.hpp>
#include <patchbay/multipart.hpp>

#include <boost/asio/ip/address.hpp>
#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

namespace detail {
class WebSocketSession;
}  // namespace detail

/// Thread-safety: const functions may be called from several threads at once.
class PATCHBAY_API Request {
public:
    explicit Request(detail::RequestData& data) noexcept : data_{&data} {}
    Request(const Request&) = delete;
    Request& operator=(const Request&) = delete;

    http::verb method() const noexcept { return data_->method; }
    std::string_view method_name() const noexcept { return data_->method_name; }
    /// As received, e.g. "/a%20b?x=1".
    std::string_view target() const noexcept { return data_->target; }
    /// Decoded and normalised, e.g. "/a b"; a "%2F" stays as it is, so that it can't be taken for a
    /// separator.
    std::string_view path() const noexcept { return data_->path; }
    /// 10 for HTTP/1.0, 11 for HTTP/1.1.
    unsigned http_version() const noexcept { return data_->version; }

    /// What the route's `{name}` matched, decoded. Errors: std::out_of_range when the route has no such
    /// parameter (the caller sees a 500: it is the plugin's mistake).
    std::string_view path_param(std::string_view name) const;
    /// The same as a number or bool. Errors: HttpError(400) naming the parameter when the text is none; and
    /// as above.
    template <class T>
    T path_param(std::string_view name) const {
        return detail::parse_parameter<T>("path parameter", name, path_param(name));
    }

    /// The first value of a query parameter, decoded ('+' is a space); nothing when it is absent.
    std::optional<std::string> query(std::string_view name) const;
    /// The same as a number or bool. Errors: HttpError(400) naming the parameter when the text is none.
    template <class T>
    std::optional<T> query(std::string_view name) const {
        auto text = query(name);
        if (!text) return std::nullopt;
        return detail::parse_parameter<T>("query parameter", name, *text);
    }
    /// Every value of a query parameter in order, decoded: "?tag=a&tag=b".
    std::vector<std::string> query_all(std::string_view name) const;
    /// Every pair of the query in order, decoded.
    std::vector<std::pair<std::string, std::string>> query_pairs() const;
    /// As received, without the question mark.
    std::string_view query_string() const noexcept { return data_->query; }

    /// The first header of that name, case-insensitively.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
    std::optional<std::string_view> header(http::field name) const noexcept;
    /// The ServerEvent::id() that the client of an event stream has seen last, when it comes back for more.
    std::optional<std::string_view> last_event_id() const noexcept { return header("Last-Event-ID"); }
    std::span<const HeaderField> headers() const noexcept { return data_->headers; }

    /// The fields behind a chunked body (RFC 9110 §6.5), which say what only its sender's end knew, such as a
    /// checksum. None before the body's end has been read, of a body that is read while it arrives. What
    /// would frame, route, authenticate or describe the message is not among them.
    std::span<const HeaderField> trailers() const noexcept { return data_->trailers; }
    /// The first trailer field of that name, case-insensitively.
    std::optional<std::string_view> trailer(std::string_view name) const noexcept;

    /// The cookie of that name, case-sensitively, without quotes around its value; the first when there are
    /// several, which is the one for the most specific path (RFC 6265 §5.4).
    std::optional<std::string_view> cookie(std::string_view name) const noexcept;
    /// Every cookie in order. One that came without a name has an empty one.
    std::vector<std::pair<std::string_view, std::string_view>> cookies() const;

    /// Which of the offered media types the client would rather have, by Accept: see best_media_type().
    /// `accepts({"text/html", "application/json"})`. Nothing when none will do (a 406). Say
    /// `response.vary("Accept")` where the answer depends on it. Lifetime: the result is one of the offers.
    std::optional<std::string_view> accepts(std::initializer_list<std::string_view> offers) const;
    /// The same of language tags, by Accept-Language: see best_language().
    std::optional<std::string_view> accepts_language(std::initializer_list<std::string_view> offers) const;

    /// The body's media type and its parameters; nothing when the request does not say.
    /// Errors: HttpError(400) when the header is malformed.
    std::optional<MediaType> content_type() const;
    /// Reads the body piece by piece: see HandlerRef::streams_body(). Any other handler gets it in one piece.
    BodyReader body_reader() const noexcept { return BodyReader{*data_}; }
    BlockingBodyReader blocking_body_reader() const noexcept { return BlockingBodyReader{*data_}; }
    /// The whole body, unchunked.
    std::string_view body() const noexcept { return data_->body; }
    /// The body parsed as JSON. Errors: HttpError(400) with line and column when it is not JSON or nests
    /// deeper than 256 levels; HttpError(415) when its Content-Type says that it is something else (none is
    /// fine, and any type that ends in "+json"); as content_type().
    nlohmann::json json() const;
    /// What `read`, a function of `const JsonReader&`, makes of the JSON body. It only reads: it is called
    /// once, and its result is thrown away when the reader has noted a mistake. Errors: HttpError(422) with
    /// all mistakes (20 at most) in the member `errors`, each a `pointer` (RFC 6901) and a `detail`; as
    /// json().
    template <class Read>
    auto read_json(Read&& read) const {
        return json_document().read(std::forward<Read>(read));
    }
    /// The body as the fields of an HTML form, application/x-www-form-urlencoded. Errors: HttpError(400) for
    /// a wrong escape; HttpError(415) when its Content-Type says that it is something else (none is fine); as
    /// content_type().
    Form form() const;
    /// The body as the fields and files of an HTML form, multipart/form-data. Lifetime: its views are of
    /// body(). Errors: HttpError(415) when its Content-Type does not say that it is one; as content_type()
    /// and MultipartParser.
    Multipart multipart(const MultipartLimits& limits = {}) const;
    /// The parser for such a body that is read piece by piece. Errors: as multipart().
    MultipartParser multipart_parser(const MultipartLimits& limits = {}) const;

    /// Address and port of the other end of the connection, an asio::ip::tcp::endpoint, or what its proxy
    /// says by the PROXY protocol. Of a Unix socket the unspecified address and port 0.
    const asio::ip::basic_endpoint<asio::ip::tcp>& peer() const noexcept { return data_->peer; }

    // The next three read Forwarded (RFC 7239) and X-Forwarded-For, -Proto and -Host if the peer is one of
    // the operator's `trusted_proxies`, from the right up to the first address that is not; otherwise these
    // headers are as if they were not there. Where both kinds are sent they must agree on what is taken.
    // Each call reads them anew.

    /// The client's own address, an IPv4 one never in its IPv6 form; nothing when a trusted proxy hides it
    /// (also by sending others of these headers without it), or for a Unix socket without such a proxy.
    std::optional<asio::ip::address> client_address() const;
    /// "https" if the client used that, otherwise "http".
    std::string_view scheme() const;
    /// What the client asked for, with the port if there was one: "example.org:8080". That of the Host
    /// header unless a trusted proxy says otherwise; empty when there is none (HTTP/1.0). A client can send
    /// any: don't trust it to be yours.
    std::string_view host() const;

    /// The path under which a handler is served now: `url_for("notes.show", {{"id", "42"}})`, or "show" alone
    /// within the plugin itself. Values are percent-encoded; a '/' in one that is a single segment becomes
    /// "%2F". Of several routes the first with just these parameters, in the order of the configuration, is
    /// taken. By the routes that this request was matched by. Errors: std::invalid_argument with a sentence,
    /// when no such handler is served, a parameter lacks its value or has none of that name, or a value does
    /// not fit.
    std::string url_for(std::string_view handler, FieldList values = {}) const;

    /// Tells the client at once what headers the answer will have, by a 103 (RFC 8297), so that it can fetch
    /// what it is going to need: `request.send_early_hints({{"Link", "</site.css>; rel=preload;
    /// as=style"}})`. The answer says them again. Nothing waits for it, and nothing is sent in HTTP/1.0, by
    /// an inline handler (whose answer is there at once), once the head of the answer is out, or while the
    /// client takes nothing. Errors: std::invalid_argument as Response::header().
    void send_early_hints(FieldList headers) const;

    /// Leaves a value, such as the user that has signed in, for whoever sees the request next: filters, the
    /// handler, each `after`. Of several of a type the newest is found. Lifetime: until the answer is
    /// complete, or given up; destroyed on its plugin's event loop where a filter is in use, otherwise where
    /// the handler ended. A type that plugins share comes from a header they share, all built from the same.
    template <class T>
    T& attach(T value) {
        auto* const added = new detail::ValueOf<T>{std::move(value)};
        detail::attach_value(*data_, *added);
        return added->held;
    }
    /// Null when there is none.
    template <class T>
    T* find_attached() const noexcept {
        return static_cast<T*>(detail::find_value(*data_, typeid(T), sizeof(T)));
    }
    /// Errors: std::logic_error when there is none (the caller sees a 500: a filter is missing).
    template <class T>
    T& attached() const {
        T* const found = find_attached<T>();
        if (!found) detail::throw_not_attached(typeid(T));
        return *found;
    }

    /// Whether nobody waits for the answer any more, or what makes it is to stop: the client has left, the
    /// handler's time is up, a reload or the shutdown has waited for it as long as the operator allows, or
    /// (of a WebSocket) the connection has ended. Stays true. For a blocking handler to ask between two parts
    /// of long work, and then to return or throw what it likes; an async one is cancelled besides, in its
    /// next `co_await`. A client that ends only its own side of the connection waits for its answer and has
    /// not left (RFC 9112 §9.6). Thread-safety: any thread, while the handler runs; one load of an atomic.
    bool cancelled() const noexcept {
        return data_->cancelled && data_->cancelled->load(std::memory_order_relaxed);
    }

    /// 16 hexadecimal digits, unique to this request among all that this process serves; the log names a
    /// failed request by it.
    std::string id() const;

private:
    friend class detail::WebSocketSession;
    detail::JsonDocument json_document() const;

    detail::RequestData* data_;
};

}  // namespace patchbay
