// Names and the secrets that prove them, held as digests. Owned by the filter that asks for them; immutable.
#pragma once

#include "config/filter_config.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

/// Comparisons take a time that does not depend on where two secrets, or two names, begin to differ.
class Credentials {
public:
    /// Precondition: the secrets have the form that config/filter_config.hpp names.
    explicit Credentials(const Secrets& secrets);

    bool accepts(std::string_view name, std::string_view secret) const;
    /// Whether the secret is anybody's.
    bool accepts(std::string_view secret) const;

private:
    using Digest = std::array<unsigned char, 32>;
    struct Entry {
        Digest name;
        std::string salt;
        Digest secret;  // of salt and secret
    };
    static Digest digest(std::string_view salt, std::string_view text);
    static bool equal(const Digest& a, const Digest& b) noexcept;
    static Entry entry(std::string_view name, std::string_view secret);

    std::vector<Entry> entries_;
};

}  // namespace patchbay
