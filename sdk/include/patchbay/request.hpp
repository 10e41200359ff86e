// The request that a handler is given. Views it gives stay valid until the handler has ended (for an async
// handler: until its Task has), and no longer; copy what must live on.
#pragma once

#include <patchbay/detail/parse_value.hpp>
#include <patchbay/detail/request_data.hpp>
#include <patchbay/export.hpp>
#include <patchbay/http_error.hpp>

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

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
        return parsed<T>("path parameter", name, path_param(name));
    }

    /// The first value of a query parameter, decoded ('+' is a space); nothing when it is absent.
    std::optional<std::string> query(std::string_view name) const;
    /// The same as a number or bool. Errors: HttpError(400) naming the parameter when the text is none.
    template <class T>
    std::optional<T> query(std::string_view name) const {
        auto text = query(name);
        if (!text) return std::nullopt;
        return parsed<T>("query parameter", name, *text);
    }
    /// Every pair of the query in order, decoded.
    std::vector<std::pair<std::string, std::string>> query_pairs() const;
    /// As received, without the question mark.
    std::string_view query_string() const noexcept { return data_->query; }

    /// The first header of that name, case-insensitively.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
    std::optional<std::string_view> header(http::field name) const noexcept;
    std::span<const HeaderField> headers() const noexcept { return data_->headers; }

    /// The whole body, unchunked.
    std::string_view body() const noexcept { return data_->body; }
    /// The body parsed as JSON. Errors: HttpError(400) with the position when it is not JSON.
    nlohmann::json json() const;

    /// Address and port of the client.
    const asio::ip::tcp::endpoint& peer() const noexcept { return data_->peer; }
    /// 16 hexadecimal digits, unique to this request among all that this process serves; the log names a
    /// failed request by it.
    std::string id() const;

private:
    template <class T>
    static T parsed(std::string_view kind, std::string_view name, std::string_view text) {
        if (auto value = detail::parse_value<T>(text)) return *value;
        detail::throw_bad_parameter(kind, name, detail::type_name<T>());
    }

    detail::RequestData* data_;
};

}  // namespace patchbay
