// Session cookies: what was sealed opens as it was, and nothing else opens.
#include "base64url.hpp"
#include "session_cipher.hpp"
#include "target.hpp"

namespace patchbay::fuzz {

void session(std::string_view input) {
    using detail::SessionCipher;
    if (input.size() > 4096) return;
    require(detail::decode_base64url(detail::encode_base64url(input)) == input, "decode(encode(x)) == x");
    if (const auto bytes = detail::decode_base64url(input))
        require(detail::encode_base64url(*bytes) == input, "there is one way to write it");

    const std::vector<std::string> secrets{std::string(32, 'a'), std::string(32, 'b')};
    for (const bool encrypted : {true, false}) {
        const SessionCipher cipher{secrets, "name", encrypted};
        const SessionCipher other{secrets, "eman", encrypted};
        const SessionCipher rotated{{secrets[1], secrets[0]}, "name", encrypted};
        require(!cipher.open(input), "nothing opens that was not sealed");
        Chance chance{input};
        std::string sealed = cipher.seal(input, 1'700'000'000);
        const auto opened = cipher.open(sealed);
        require(opened && opened->text == input && opened->issued == 1'700'000'000 && !opened->old_secret,
                "what was sealed opens");
        const auto late = rotated.open(sealed);
        require(late && late->text == input && late->old_secret, "an old secret opens");
        require(!other.open(sealed), "another cookie's value does not open");
        char& changed = sealed[chance.below(sealed.size())];
        changed = static_cast<char>(changed ^ (1U << chance.below(8)));
        require(!cipher.open(sealed), "what was changed does not open");
    }
}

}  // namespace patchbay::fuzz
