#include "config/filter_rules.hpp"

#include "config/regular_file.hpp"
#include "config/source_text.hpp"
#include "config/suggest.hpp"
#include "config/text_rules.hpp"
#include "config/values.hpp"

#include <algorithm>
#include <cctype>
#include <sstream>
#include <string_view>
#include <utility>

namespace patchbay::detail {
namespace {

const YamlNode* find_key(const FilterSource& source, std::string_view key) {
    for (const YamlNode& child : source.node.children)
        if (child.key == key) return &child;
    return nullptr;
}

void complain(const FilterSource& source, std::string_view key, std::string text,
              std::string suggestion = {}) {
    const YamlNode* const at = find_key(source, key);
    source.problems.add({at ? place_of(*at) : place_of(source.node), join_path(source.path, key),
                         std::move(text), std::move(suggestion)});
}

bool is_empty_list(const FilterSource& source, std::string_view key) {
    const YamlNode* const node = find_key(source, key);
    return node && node->kind == YamlNode::Kind::sequence && node->children.empty();
}

bool has_star(const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), "*") != list.end();
}

// An origin as browsers serialise it: scheme and authority in lower case, no path, no default port.
bool is_origin(std::string_view text) {
    if (text == "null") return true;
    const auto colon = text.find("://");
    if (colon == std::string_view::npos || colon == 0) return false;
    const auto rest = text.substr(colon + 3);
    const auto is_fine = [](char letter) {
        return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
               std::string_view{"+-._:[]"}.find(letter) != std::string_view::npos;
    };
    if (rest.empty() ||
        !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), is_fine) ||
        !std::all_of(rest.begin(), rest.end(), is_fine) || !has_sound_port(rest))
        return false;
    return !(text.starts_with("http:") && rest.ends_with(":80")) &&
           !(text.starts_with("https:") && rest.ends_with(":443"));
}

std::string lower_case(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char letter) { return static_cast<char>(std::tolower(letter)); });
    return text;
}

std::string likely_origin(std::string text) {
    const auto colon = text.find("://");
    if (colon == std::string::npos) return {};
    text.resize(std::min(text.find('/', colon + 3), text.size()));
    text = lower_case(std::move(text));
    for (const auto& [scheme, port] :
         {std::pair<std::string_view, std::string_view>{"http:", ":80"}, {"https:", ":443"}})
        if (text.starts_with(scheme) && text.ends_with(port)) text.resize(text.size() - port.size());
    return is_origin(text) ? text : std::string{};
}

void check_names(const FilterSource& source, std::string_view key, const std::vector<std::string>& names) {
    if (has_star(names) && names.size() > 1) complain(source, key, "\"*\" stands alone or not at all");
    for (const std::string& name : names)
        if (!is_http_token(name))
            complain(source, key, '\'' + abbreviate(name) + "' is no name of a header field or a method");
}

bool is_hex_digest(std::string_view text) {
    return text.size() == 64 && std::all_of(text.begin(), text.end(),
                                            [](unsigned char letter) { return std::isxdigit(letter) != 0; });
}

bool is_digest(std::string_view secret) {
    if (!secret.starts_with("sha256:")) return false;
    secret.remove_prefix(7);
    const auto colon = secret.rfind(':');
    return is_hex_digest(colon == std::string_view::npos ? secret : secret.substr(colon + 1));
}

// What is wrong with the secret, or nothing, when it has been resolved.
std::string resolve(std::string& secret, const Environment& environment) {
    if (secret.starts_with("env:")) {
        const std::string name = secret.substr(4);
        const auto variable = environment.find(name);
        if (variable == environment.end() || variable->second.empty())
            return "the environment variable '" + abbreviate(name) + "' is not set";
        secret = "plain:" + variable->second;
        return {};
    }
    if (is_digest(secret)) return {};
    return "expected sha256: and 64 hexadecimal digits, or env: and the name of a variable; a secret is "
           "never "
           "written here itself";
}

// Lines of NAME:SECRET; empty ones, and those that begin with '#', are left out.
void read_secrets(const std::filesystem::path& file, Secrets& secrets, const FilterSource& source) {
    const FileText content = read_regular_file(file, "a file of secrets");
    if (!content.problem.empty()) return complain(source, "file", file.string() + ": " + content.problem);
    std::istringstream stream{content.text};
    std::string line;
    for (std::size_t number = 1; std::getline(stream, line); ++number) {
        if (line.ends_with('\r')) line.pop_back();
        if (line.empty() || line.starts_with('#')) continue;
        const SourcePosition at{file.string(), number, 1};
        const auto colon = line.find(':');
        if (colon == std::string::npos || colon == 0) {
            source.problems.add({at, source.path + ".file", "expected NAME:SECRET", {}});
            continue;
        }
        std::string secret = line.substr(colon + 1);
        std::string name = line.substr(0, colon);
        if (const auto problem = resolve(secret, source.environment); !problem.empty()) {
            source.problems.add({at, source.path + ".file", problem, {}});
        } else if (!secrets.try_emplace(name, std::move(secret)).second) {
            source.problems.add(
                {at, source.path + ".file", '\'' + abbreviate(name) + "' is there twice", {}});
        }
    }
}

void complete_secrets(Secrets& secrets, std::filesystem::path& file, std::string_view key,
                      const FilterSource& source) {
    if (!find_key(source, key) && !find_key(source, "file"))
        return complain(source, key, "this key is required, or file");
    const YamlNode* const written = find_key(source, key);
    for (auto& [name, secret] : secrets) {
        const auto problem = resolve(secret, source.environment);
        if (problem.empty()) continue;
        const auto at = std::find_if(written->children.begin(), written->children.end(),
                                     [&](const YamlNode& child) { return child.key == name; });
        source.problems.add({at->at, join_path(join_path(source.path, key), name), problem, {}});
    }
    if (file.empty()) return;
    file = (source.directory / file).lexically_normal();
    read_secrets(file, secrets, source);
}

// "type/subtype", "type/*" or "+suffix".
bool is_type_pattern(std::string_view text) {
    if (text.starts_with('+')) return is_http_token(text.substr(1));
    const auto slash = text.find('/');
    if (slash == std::string_view::npos) return false;
    const auto subtype = text.substr(slash + 1);
    return is_http_token(text.substr(0, slash)) && is_http_token(subtype) &&
           text.substr(0, subtype == "*" ? slash : text.size()).find('*') == std::string_view::npos;
}

void check_realm(std::string_view realm, const FilterSource& source) {
    const bool is_ascii = std::all_of(realm.begin(), realm.end(), [](char letter) {
        return letter >= 0x20 && letter < 0x7f && letter != '"' && letter != '\\';
    });
    if (!is_ascii) complain(source, "realm", "a realm is plain ASCII without quotes and backslashes");
}

}  // namespace

void complete(CorsConfig& settings, const FilterSource& source) {
    if (settings.origins.empty()) complain(source, "origins", "a list of at least one origin is required");
    const bool any = has_star(settings.origins);
    if (any && settings.origins.size() > 1) complain(source, "origins", "\"*\" stands alone or not at all");
    for (const std::string& origin : settings.origins) {
        if (origin == "*" || is_origin(origin)) continue;
        complain(source, "origins",
                 '\'' + abbreviate(origin) +
                     "' is no origin: scheme://host, in lower case, with its port unless "
                     "that is the scheme's own",
                 likely_origin(origin));
    }
    check_names(source, "methods", settings.methods);
    check_names(source, "headers", settings.headers);
    check_names(source, "expose", settings.expose);
    // Browsers refuse it, and to echo every origin would be worse (Fetch §3.3.5).
    if (settings.credentials &&
        (any || has_star(settings.methods) || has_star(settings.headers) || has_star(settings.expose)))
        complain(source, "credentials", "credentials can't be combined with \"*\"; name what is allowed");
}

void complete(BasicAuthConfig& settings, const FilterSource& source) {
    check_realm(settings.realm, source);
    for (const auto& [name, secret] : settings.users)
        if (name.find(':') != std::string::npos) complain(source, "users", "a user's name holds no ':'");
    complete_secrets(settings.users, settings.file, "users", source);
}

void complete(BearerAuthConfig& settings, const FilterSource& source) {
    check_realm(settings.realm, source);
    complete_secrets(settings.tokens, settings.file, "tokens", source);
}

void complete(RateLimitConfig& settings, const FilterSource& source) {
    if (!find_key(source, "requests")) complain(source, "requests", "this key is required: a whole number");
    if (settings.burst == 0) settings.burst = settings.requests;
}

// That a filter may write a header field of this name.
void check_field_name(const std::string& name, const FilterSource& source, const char* key) {
    constexpr std::string_view others_own[] = {
        "connection", "content-length", "content-type", "date",
        "host",       "keep-alive",     "server",       "transfer-encoding"};
    if (!is_http_token(name))
        complain(source, key, '\'' + abbreviate(name) + "' is no name of a header field");
    else if (std::ranges::find(others_own, lower_case(name)) != std::end(others_own))
        complain(source, key, name + " is not a filter's to write");
}

void complete(RequestIdConfig& settings, const FilterSource& source) {
    check_field_name(settings.header, source, "header");
}

void complete(SecurityHeadersConfig& settings, const FilterSource& source) {
    for (const auto& [name, value] : settings.others) check_field_name(name, source, "others");
}

void complete(CompressionConfig& settings, const FilterSource& source) {
    const std::vector<std::string> known{"zstd", "br", "gzip"};
    if (is_empty_list(source, "codings"))
        complain(source, "codings", "a list of at least one coding is required");
    for (auto coding = settings.codings.begin(); coding != settings.codings.end(); ++coding) {
        if (std::find(known.begin(), known.end(), *coding) == known.end()) {
            complain(source, "codings", '\'' + abbreviate(*coding) + "' is none of zstd, br and gzip",
                     *coding == "brotli" ? "br" : nearest_name(*coding, known));
        } else if (std::find(settings.codings.begin(), coding, *coding) != coding) {
            complain(source, "codings", '\'' + *coding + "' is listed twice");
        }
    }
    if (is_empty_list(source, "types"))
        complain(source, "types", "a list of at least one media type is required");
    for (std::string& type : settings.types) {
        if (!is_type_pattern(type))
            complain(source, "types",
                     '\'' + abbreviate(type) +
                         "' is no media type: expected application/json, text/* or +json, for instance");
        type = lower_case(std::move(type));
    }
}

}  // namespace patchbay::detail
