// Finds the end of a request's head while its bytes arrive, and judges what can't wait for it: line ends,
// folds, sizes, and whether this is HTTP/1 at all. What is in the lines is the parser's to judge.
#pragma once

#include "http/request_rules.hpp"

#include <cstddef>
#include <string_view>

namespace patchbay {

/// The "HTTP/x.y" that ends a request line, or nothing.
std::string_view version_of(std::string_view request_line) noexcept;

/// Every byte is looked at once, however slowly they arrive.
class HeadScanner {
public:
    struct Limits {
        std::size_t target = 0;  ///< bytes of the request target
        std::size_t head = 0;    ///< bytes of all lines together
    };

    void reset(const Limits& limits) noexcept {
        *this = HeadScanner{};
        limits_ = limits;
    }
    HeadScanner() noexcept = default;

    /// Goes on with `bytes`, which begin with the request line's first byte at every call. True when the head
    /// is complete or refused; false asks for more bytes.
    bool scan(std::string_view bytes) noexcept;

    /// Bytes of the complete head, its empty line included.
    std::size_t size() const noexcept { return size_; }
    /// Bytes of the request line without its line end, once it is complete.
    std::size_t request_line_size() const noexcept { return request_line_; }
    RequestFault fault() const noexcept { return fault_; }

private:
    bool refuse(RequestFault fault) noexcept {
        fault_ = fault;
        return true;
    }

    Limits limits_;
    std::size_t line_ = 0;    // where the current line begins
    std::size_t looked_ = 0;  // no LF from there to here
    std::size_t request_line_ = 0;
    std::size_t size_ = 0;
    RequestFault fault_ = RequestFault::none;
};

}  // namespace patchbay
