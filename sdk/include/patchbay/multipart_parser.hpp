// Takes multipart/form-data (RFC 7578) apart while it arrives: pieces of any size go in, parts come out. It
// does no I/O and keeps no data: at most one header line and one part's headers. Whoever reads the body owns
// it.
#pragma once

#include <patchbay/export.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

/// In bytes. What is beyond one of them is refused with 413. Raising one lets a caller use more memory, where
/// the plugin keeps what it is sent, or more of a disk.
struct MultipartLimits {
    std::size_t parts = 1000;
    std::size_t header_bytes = std::size_t{8} << 10U;                       ///< of each part
    std::size_t field_bytes = std::size_t{1} << 20U;                        ///< of each part that is no file
    std::uint64_t file_bytes = std::numeric_limits<std::uint64_t>::max();   ///< of each file
    std::uint64_t total_bytes = std::numeric_limits<std::uint64_t>::max();  ///< of the whole body
};

/// What stands before a part's data. Names and values are bytes as a browser sends them: they may be no
/// UTF-8.
struct PartHead {
    std::string name;
    /// There is one when the part is a file. The last component of what was sent, without folders and control
    /// characters, and neither "." nor "..": something to show, no promise about what the file is. Empty when
    /// the user has chosen no file, and then the data is empty as well.
    std::optional<std::string> file_name{};
    std::string content_type{};  ///< as sent; empty when the part does not say, which means text
    /// Every header, names in lower case.
    std::vector<std::pair<std::string, std::string>> headers{};
};

/// The loop around it:
///
///     MultipartParser parser = request.multipart_parser();
///     while (const auto piece = co_await ...) {
///         parser.feed(*piece);
///         while (const auto event = parser.next()) { ... }
///     }
///     parser.finish();
///
/// It is strict where two readers could read differently: line ends are CR LF, header lines are not folded,
/// nothing but white space follows a boundary, no parameter and no Content-Disposition is given twice. Text
/// before the first boundary and after the last is skipped (RFC 2046 §5.1.1). The time is linear in what is
/// fed. Errors of all functions: HttpError(400) naming the part and the byte, counted from 1; HttpError(413)
/// for what is beyond a limit. After one of them the parser can't be used any more. Thread-safety: none.
class PATCHBAY_API MultipartParser {
public:
    enum class Event : std::uint8_t {
        part,      ///< a part begins: see part()
        data,      ///< some of its data: see data()
        part_end,  ///< all of its data has been given
        end        ///< the last part has ended
    };

    /// Errors: HttpError(400) when the boundary is not 1 to 70 of the characters of RFC 2046 §5.1.1.
    explicit MultipartParser(std::string_view boundary, MultipartLimits limits = {});

    /// The next piece of the body. Preconditions: next() has given nothing, or was never called; otherwise
    /// std::logic_error. Lifetime: `piece` stays until next() gives nothing.
    void feed(std::string_view piece);
    /// What comes next; nothing when it takes another piece to know.
    std::optional<Event> next();
    /// The body has ended. Errors: HttpError(400) when that was too early.
    void finish();

    /// The part that began last. It may be moved from.
    const PartHead& part() const& noexcept { return part_; }
    PartHead take_part() noexcept { return std::move(part_); }
    /// Lifetime: until next() is called again.
    std::string_view data() const noexcept { return data_; }

private:
    enum class State : std::uint8_t {
        preamble,
        boundary,     // just after it
        closing,      // after it and "-"
        padding,      // white space after it
        boundary_lf,  // after its CR
        headers,
        body,
        body_ended,
        closed,     // after "--boundary--"
        closed_lf,  // after the CR that follows
        epilogue,
        failed
    };
    struct Sought {
        std::string_view before;
        bool found;
    };

    Sought seek_delimiter();
    bool pass_delimiter();
    bool pass_boundary_line();
    State after_boundary(char c);
    bool pass_headers();
    std::string_view next_header_bytes();
    void begin_part();
    bool take_data();
    void count_data();
    [[noreturn]] void malformed(std::string_view problem);
    [[noreturn]] void too_large(const std::string& what, std::uint64_t limit, std::string_view unit);
    std::string this_part() const;

    MultipartLimits limits_;
    std::string delimiter_;  // CR LF "--" boundary
    std::string_view input_;
    std::uint64_t fed_ = 0;
    std::size_t matched_ = 2;  // of delimiter_, at the end of what was taken
    std::size_t assumed_ = 2;  // of these, what was not sent: a body begins as if after CR LF
    State state_ = State::preamble;
    std::string line_;              // of the headers, as far as it has come
    std::size_t header_bytes_ = 0;  // of this part
    std::size_t parts_ = 0;
    std::uint64_t part_bytes_ = 0;
    bool part_is_file_ = false;
    PartHead part_;
    std::string_view data_;
};

}  // namespace patchbay
