// Encrypts or signs the text of a session, and takes it back. The only place of libpatchbay that uses
// OpenSSL. Made once; thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

class SessionCipher {
public:
    struct Opened {
        std::string text;
        std::int64_t issued;  ///< seconds since 1970
        bool old_secret;      ///< made with another secret than the first
    };

    /// `name` is authenticated with each text. Preconditions: there is a secret. Errors: std::runtime_error
    /// when OpenSSL can't do it (both constructor and seal()).
    SessionCipher(const std::vector<std::string>& secrets, std::string_view name, bool encrypted);
    ~SessionCipher();
    SessionCipher(const SessionCipher&) = delete;
    SessionCipher& operator=(const SessionCipher&) = delete;

    /// A cookie's value.
    std::string seal(std::string_view text, std::int64_t issued) const;
    /// Nothing when it is not what seal() gave with one of the secrets, this name and this mode.
    std::optional<Opened> open(std::string_view value) const;

private:
    struct Key {
        std::array<unsigned char, 32> secret;
        std::string id;  // says which key it is, and nothing about it
    };
    struct Algorithms;

    std::string encrypt(const Key& key, std::string_view text, std::int64_t issued) const;
    std::string sign(const Key& key, std::string_view text, std::int64_t issued) const;
    std::optional<Opened> decrypt(std::string_view value) const;
    std::optional<Opened> verify(std::string_view value) const;
    std::optional<std::string> decrypted(const Key& key, std::string_view head,
                                         std::string_view sealed) const;
    std::string mac(const Key& key, std::string_view head, std::string_view text) const;
    std::string authenticated(std::string_view head) const;

    std::vector<Key> keys_;
    std::string name_;
    bool encrypted_;
    std::unique_ptr<Algorithms> algorithms_;
};

}  // namespace patchbay::detail
