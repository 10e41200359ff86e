// A directory of files as a route: what answers where the configuration says `static`.
#pragma once

#include <patchbay/file.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <string_view>

namespace patchbay {

/// The file at `path`, relative to the directory: 404 when there is none, or no directory any more, and
/// also for names that begin with a dot (but ".well-known", RFC 8615); a directory's index.html; 308 to the
/// path with a slash for a directory without one (RFC 9110 §15.4.9). A sibling with ".br", ".zst" or ".gz" is
/// sent instead to clients that accept it. Blocks; for executor threads. Errors: HttpError, and
/// std::system_error when the directory itself can't be opened.
Response serve_static(const Directory& directory, const Request& request, std::string_view path);
/// The same for the directory itself; 308 when the request's path has no slash at its end.
Response serve_static_index(const Directory& directory, const Request& request);

}  // namespace patchbay
