#include "session_cipher.hpp"
#include "session_data.hpp"

#include <patchbay/session.hpp>

#include <stdexcept>

namespace patchbay {
namespace {

constexpr std::size_t least_secret = 32;
constexpr std::size_t most_bytes = 4096;        // name and value; browsers drop more (RFC 6265 §6.1)
constexpr std::int64_t clock_difference = 300;  // seconds between servers that share a secret

std::int64_t seconds(CookieSessions::Time time) noexcept {
    return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

Cookie cookie_for(const SessionOptions& options) {
    return {.name = options.name,
            .max_age = options.max_age,
            .same_site = options.same_site,
            .secure = options.secure};
}

SessionOptions checked(SessionOptions options) {
    if (options.secrets.empty()) throw std::invalid_argument{"patchbay: sessions need a secret"};
    for (const std::string& secret : options.secrets)
        if (secret.size() < least_secret)
            throw std::invalid_argument{"patchbay: a session's secret has at least 32 bytes"};
    if (options.max_age.count() < 1)
        throw std::invalid_argument{"patchbay: a session lasts for a second at least"};
    to_string(cookie_for(options));
    return options;
}

std::vector<std::string> read_secrets(const Settings& settings, const std::string& key) {
    const nlohmann::json& list = settings.json(key);
    if (!list.is_array() || list.empty())
        settings.fail_secret(key, "must be a list of secrets, the one in use first");
    std::vector<std::string> secrets;
    for (const nlohmann::json& secret : list) {
        const std::string place = key + "[" + std::to_string(secrets.size()) + "]";
        if (!secret.is_string() || secret.get_ref<const std::string&>().size() < least_secret)
            settings.fail_secret(place, "must be text of at least 32 bytes: openssl rand -base64 32");
        secrets.push_back(secret.get<std::string>());
    }
    return secrets;
}

SameSite read_same_site(const Settings& settings, const std::string& key) {
    const std::string text = settings.get(key, "lax");
    if (text == "strict") return SameSite::strict;
    if (text == "none") return SameSite::none;
    if (text != "lax") settings.fail(key, "must be lax, strict or none");
    return SameSite::lax;
}

SessionOptions read_options(const Settings& settings, std::string_view key) {
    const std::string prefix = std::string{key} + ".";
    SessionOptions options{.secrets = read_secrets(settings, prefix + "secrets")};
    options.secure = settings.get(prefix + "secure", options.secure);
    options.name = settings.get(prefix + "name", options.secure ? options.name : std::string{"session"});
    options.max_age = settings.get(prefix + "max_age", options.max_age);
    if (options.max_age.count() < 1) settings.fail(prefix + "max_age", "must be at least 1s");
    options.encrypted = settings.get(prefix + "encrypted", options.encrypted);
    options.same_site = read_same_site(settings, prefix + "same_site");
    try {
        to_string(cookie_for(options));
    } catch (const std::invalid_argument& error) {
        settings.fail_secret(key, std::string{"makes no cookie: "} + error.what());
    }
    return options;
}

}  // namespace

struct CookieSessions::Parts {
    Cookie cookie;
    std::int64_t max_age;
    detail::SessionCipher cipher;

    explicit Parts(const SessionOptions& options)
        : cookie{cookie_for(options)},
          max_age{options.max_age.count()},
          cipher{options.secrets, options.name, options.encrypted} {}

    // Nothing when it isn't a session, or one that has ended.
    std::optional<detail::SessionCipher::Opened> read(std::string_view value, std::int64_t now) const {
        auto opened = cipher.open(value);
        if (!opened || now - opened->issued >= max_age || opened->issued - now > clock_difference)
            return std::nullopt;
        return opened;
    }
};

CookieSessions::CookieSessions(const SessionOptions& options)
    : parts_{std::make_unique<Parts>(checked(options))} {}
CookieSessions::CookieSessions(const Settings& settings, std::string_view key)
    : CookieSessions{read_options(settings, key)} {}
CookieSessions::CookieSessions(CookieSessions&&) noexcept = default;
CookieSessions::~CookieSessions() = default;

Session CookieSessions::open(const Request& request, Time now) const {
    Session session;
    for (const auto& [name, value] : request.cookies()) {
        if (name != parts_->cookie.name) continue;
        session.data_->in_request = true;
        // Another host of the domain may have set one of the same name: a good one counts, wherever it
        // stands.
        const auto opened = parts_->read(value, seconds(now));
        if (!opened) continue;
        auto values = nlohmann::json::parse(opened->text, nullptr, false);
        if (!values.is_object()) continue;
        session.data_->values = std::move(values);
        session.data_->to_renew =
            opened->old_secret || (seconds(now) - opened->issued) * 2 >= parts_->max_age;
        break;
    }
    return session;
}

Response CookieSessions::save(const Session& session, Response response, Time now) const {
    const Session::Data& data = *session.data_;
    response.vary("Cookie");
    if (data.values.empty()) {
        if (data.changed && data.in_request) response.delete_cookie(parts_->cookie);
        return response;
    }
    if (!data.changed && !data.to_renew) return response;
    Cookie cookie = parts_->cookie;
    cookie.value = parts_->cipher.seal(
        data.values.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), seconds(now));
    const std::size_t size = cookie.name.size() + cookie.value.size();
    if (size > most_bytes) {
        throw std::length_error{
            "patchbay: the session takes " + std::to_string(size) +
            " bytes as a cookie, and browsers drop more than 4096: keep what is large in a "
            "database, and its key in the session"};
    }
    response.cookie(cookie);
    return response;
}

}  // namespace patchbay
