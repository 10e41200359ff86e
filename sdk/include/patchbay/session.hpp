// Sessions that live in a cookie: a few values a visitor, encrypted or signed, with nothing kept on the
// server. A plugin makes one CookieSessions in its constructor and keeps it; a Session belongs to one
// request.
#pragma once

#include <patchbay/cookie.hpp>
#include <patchbay/export.hpp>
#include <patchbay/json_reader.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/settings.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace patchbay {

/// The members of a small JSON object. Thread-safety: none; a value type.
class PATCHBAY_API Session {
public:
    Session();
    Session(const Session&);
    Session(Session&&) noexcept;
    Session& operator=(Session) noexcept;
    ~Session();

    bool empty() const noexcept;
    /// `session.get<std::string>("user")`: nothing when there is none, or when it is of another type or does
    /// not fit. T: std::string, bool, an integer or a floating-point type.
    template <detail::JsonScalar T>
    std::optional<T> get(std::string_view name) const {
        if constexpr (std::is_same_v<T, std::string>) {
            return text(name);
        } else if constexpr (std::is_same_v<T, bool>) {
            return flag(name);
        } else if constexpr (std::is_floating_point_v<T>) {
            const auto value = number(name);
            return value ? std::optional<T>{static_cast<T>(*value)} : std::nullopt;
        } else {
            const auto value = integer(name);
            return value && std::in_range<T>(*value) ? std::optional<T>{static_cast<T>(*value)}
                                                     : std::nullopt;
        }
    }
    /// All of them, an object; for lists and nested objects.
    const nlohmann::json& json() const noexcept;

    void set(std::string_view name, nlohmann::json value);
    void erase(std::string_view name);
    /// Signs the visitor out of this session: save() deletes the cookie.
    void clear();

private:
    friend class CookieSessions;
    struct Data;

    std::optional<std::string> text(std::string_view name) const;
    std::optional<bool> flag(std::string_view name) const;
    std::optional<std::int64_t> integer(std::string_view name) const;
    std::optional<double> number(std::string_view name) const;

    std::unique_ptr<Data> data_;  // null only when moved from
};

struct SessionOptions {
    /// Each at least 32 bytes that nobody can guess (`openssl rand -base64 32`). The first one makes cookies,
    /// and all of them read them: to change secrets put the new one first, and drop the old one after
    /// `max_age`.
    std::vector<std::string> secrets;
    std::string name = "__Host-session";
    std::chrono::seconds max_age = std::chrono::hours{14 * 24};  ///< since it was set or renewed
    bool encrypted = true;  ///< false: the visitor may read it, and still not change it
    bool secure = true;     ///< false where users come over plain HTTP; needs another name
    SameSite same_site = SameSite::lax;
};

/// Encrypted: AES-256-GCM with a random nonce. Signed: HMAC-SHA256, and the JSON text is what stands before
/// the dot, in base64url. Keys are derived from the secrets by HKDF-SHA256 (RFC 5869). The cookie's name is
/// authenticated too, so that one cookie can't be taken for another. A cookie can be copied, and given back
/// again until it expires: the server keeps no list. Thread-safety: all functions may be called from several
/// threads.
class PATCHBAY_API CookieSessions {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Errors: std::invalid_argument for too few or too short secrets, a name or age that no cookie can have.
    explicit CookieSessions(const SessionOptions& options);
    /// From `secrets`, a list; `name`, `max_age`, `encrypted`, `secure` and `same_site` beneath that key,
    /// with the defaults of SessionOptions; without `secure` the default name is "session". Errors:
    /// SettingsError, which never shows a secret.
    explicit CookieSessions(const Settings& settings, std::string_view key = "session");
    CookieSessions(CookieSessions&&) noexcept;
    CookieSessions& operator=(CookieSessions&&) = delete;
    ~CookieSessions();

    /// The request's session. Empty when there is none, and when it was changed, is too old, or was made with
    /// a secret that is not known.
    Session open(const Request& request, Time now = std::chrono::system_clock::now()) const;
    /// `return sessions.save(session, Response::redirect("/"));` Sets the cookie when the session was
    /// changed, when half of its time is over or when it was made with an old secret; deletes it when it is
    /// empty now; adds "Cookie" to Vary. Errors: std::length_error when browsers would drop it, being over
    /// 4096 bytes.
    Response save(const Session& session, Response response,
                  Time now = std::chrono::system_clock::now()) const;

private:
    struct Parts;
    std::unique_ptr<const Parts> parts_;
};

}  // namespace patchbay
