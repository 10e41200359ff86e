// A handler's file as the answer to one request: whole, in parts, or not at all. Reads nothing from the file;
// any thread.
#pragma once

#include <patchbay/detail/request_data.hpp>
#include <patchbay/response.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace patchbay {

/// A stretch of an answer's body: `text`, then `length` bytes of the file from `offset` on.
struct FilePart {
    std::string text;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

struct FileAnswer {
    Response head;                ///< status and headers; its file, if the parts need it
    std::vector<FilePart> parts;  ///< empty: the head's own body is the body
    std::uint64_t length = 0;     ///< of the body, in bytes
};

/// Precondition: response.file(). A status other than 200, or a method other than GET and HEAD, is answered
/// by the file as it is; else 200, 206 with one range or several (RFC 9110 §15.3.7), 304, 412 or 416.
FileAnswer answer_with_file(const Response& response, const detail::RequestData& request);

}  // namespace patchbay
