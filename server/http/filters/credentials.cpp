#include "http/filters/credentials.hpp"

#include <charconv>
#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace patchbay {

Credentials::Credentials(const Secrets& secrets) {
    for (const auto& [name, secret] : secrets) entries_.push_back(entry(name, secret));
}

Credentials::Entry Credentials::entry(std::string_view name, std::string_view secret) {
    const std::string_view form = secret.substr(0, secret.find(':'));
    std::string_view rest = secret.substr(form.size() + 1);
    Entry entry{digest({}, name), {}, {}};
    if (form == "plain") {
        entry.secret = digest({}, rest);
        return entry;
    }
    if (const auto colon = rest.rfind(':'); colon != std::string_view::npos) {
        entry.salt = rest.substr(0, colon);
        rest.remove_prefix(colon + 1);
    }
    for (std::size_t at = 0; at < entry.secret.size(); ++at)
        std::from_chars(rest.data() + 2 * at, rest.data() + 2 * at + 2, entry.secret[at], 16);
    return entry;
}

Credentials::Digest Credentials::digest(std::string_view salt, std::string_view text) {
    const std::string both = std::string{salt}.append(text);
    Digest digest{};
    SHA256(reinterpret_cast<const unsigned char*>(both.data()), both.size(), digest.data());
    return digest;
}

bool Credentials::equal(const Digest& a, const Digest& b) noexcept {
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

// An unknown name costs what a known one does.
bool Credentials::accepts(std::string_view name, std::string_view secret) const {
    const Digest wanted = digest({}, name);
    const Entry* found = nullptr;
    for (const Entry& entry : entries_) found = equal(entry.name, wanted) ? &entry : found;
    static const Entry nobody{};
    const Entry& entry = found ? *found : nobody;
    const bool matches = equal(digest(entry.salt, secret), entry.secret);
    return matches && found;
}

bool Credentials::accepts(std::string_view secret) const {
    bool found = false;
    for (const Entry& entry : entries_) found |= equal(digest(entry.salt, secret), entry.secret);
    return found;
}

}  // namespace patchbay
