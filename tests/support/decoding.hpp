// Undoes content codings, with the libraries' own decoders, and chunks. Any thread.
#pragma once

#include <string>
#include <string_view>

namespace patchbay::test {

/// Of gzip, br or zstd. Errors: std::runtime_error when the bytes are none, when something follows their end
/// or, if they must be `whole`, when that is missing.
std::string decode(std::string_view coding, std::string_view bytes, bool whole = true);

/// The contents of the chunks that have come so far (RFC 9112 §7.1), without the last one if it is not whole.
std::string unchunked(std::string_view chunks);

}  // namespace patchbay::test
