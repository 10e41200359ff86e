// Route patterns such as "GET /users/{id:int}": the methods and paths a handler answers, as a plugin or the
// configuration writes them. Plain values, owned by whoever parsed them; reading one is safe on any thread.
#pragma once

#include <patchbay/export.hpp>

#include <boost/beast/http/verb.hpp>
#include <boost/system/result.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patchbay {

/// A set of HTTP methods. verb::unknown is never a member, not even of all().
class PATCHBAY_API MethodSet {
public:
    using Verb = boost::beast::http::verb;

    constexpr MethodSet() noexcept = default;
    constexpr MethodSet(std::initializer_list<Verb> verbs) noexcept {
        for (const Verb verb : verbs) bits_ |= bit(verb);
    }
    static constexpr MethodSet all() noexcept { return MethodSet{2 * bit(Verb::unlink) - 2}; }

    constexpr bool contains(Verb verb) const noexcept { return (bits_ & bit(verb)) != 0; }
    constexpr bool empty() const noexcept { return bits_ == 0; }
    constexpr void insert(Verb verb) noexcept { bits_ |= bit(verb); }
    constexpr MethodSet operator&(MethodSet other) const noexcept { return MethodSet{bits_ & other.bits_}; }
    constexpr MethodSet operator|(MethodSet other) const noexcept { return MethodSet{bits_ | other.bits_}; }
    constexpr bool operator==(const MethodSet&) const noexcept = default;

    /// "GET, HEAD": the value of an Allow field (RFC 9110 10.2.1).
    std::string to_string() const;

private:
    explicit constexpr MethodSet(std::uint64_t bits) noexcept : bits_{bits} {}
    static constexpr std::uint64_t bit(Verb verb) noexcept {
        return verb == Verb::unknown ? 0 : std::uint64_t{1} << static_cast<unsigned>(verb);
    }

    std::uint64_t bits_ = 0;
};

/// What the parameters of a pattern matched. Names are views into the pattern (or router) and values into the
/// path that was matched: both must outlive this object.
class PathParams {
public:
    struct Param {
        std::string_view name;
        std::string_view value;
    };
    static constexpr std::size_t capacity = 16;

    /// Preconditions: size() < capacity.
    void add(std::string_view name, std::string_view value) noexcept { params_[size_++] = {name, value}; }
    void clear() noexcept { size_ = 0; }

    std::optional<std::string_view> find(std::string_view name) const noexcept {
        for (const Param& param : *this) {
            if (param.name == name) return param.value;
        }
        return std::nullopt;
    }
    std::size_t size() const noexcept { return size_; }
    bool empty() const noexcept { return size_ == 0; }
    const Param* begin() const noexcept { return params_.data(); }
    const Param* end() const noexcept { return params_.data() + size_; }

private:
    std::array<Param, capacity> params_;
    std::size_t size_ = 0;
};

/// What one segment of a pattern matches, the most specific first.
enum class SegmentKind : std::uint8_t {
    literal,  ///< exactly its text
    integer,  ///< {x:int}: '-' or nothing, then digits, within std::int64_t and 20 characters
    uuid,     ///< {x:uuid}: 8-4-4-4-12 hexadecimal digits in either case
    text,     ///< {x}: one segment that is not empty
    path      ///< {x:path}: all that is left, slashes included; never empty, never begins with a slash
};

/// Why a pattern was refused: the byte it is about, counted from 0, and a sentence that says what to write.
struct RouteError {
    std::size_t offset = 0;
    std::string message;
};

/// result::value() on a refused pattern. Errors: always throws std::invalid_argument.
[[noreturn]] PATCHBAY_API void throw_exception_from_error(const RouteError& error,
                                                          const boost::source_location& where);

/// A path pattern such as "/users/{id:int}" or "/files/{rest:path}". A parameter is a whole segment, and a
/// trailing slash matters: "/a" and "/a/" are two patterns.
class PATCHBAY_API RoutePattern {
public:
    struct Segment {
        SegmentKind kind = SegmentKind::literal;
        std::string text;  ///< of a literal its decoded text; of a parameter its name
    };
    static constexpr std::size_t max_segments = 64;

    /// Literal text may be percent-encoded or not; it is compared in decoded form.
    static boost::system::result<RoutePattern, RouteError> parse(std::string_view text);

    /// Fills `params` when `path` (decoded and normalised) matches; otherwise leaves it empty.
    bool match(std::string_view path, PathParams& params) const noexcept;

    /// Never empty: "/" is one literal segment without text, and so is what follows a trailing slash.
    const std::vector<Segment>& segments() const noexcept { return segments_; }
    const std::string& text() const noexcept { return text_; }  ///< as it was written

private:
    RoutePattern() = default;

    std::string text_;
    std::vector<Segment> segments_;
};

struct RouteSpec {
    MethodSet methods;
    RoutePattern pattern;
};

/// Parses "GET,HEAD /path", or "/path" alone for all methods. Errors count from the start of `text`.
PATCHBAY_API boost::system::result<RouteSpec, RouteError> parse_route(std::string_view text);

}  // namespace patchbay

namespace patchbay::detail {

enum class PathFault : std::uint8_t { none, bad_escape, control_character, bad_utf8 };

/// Appends `encoded` to `out` with its escapes decoded once, but for "%2F": a decoded slash would become a
/// separator, so it stays the three characters "%2F". `offset` is set to where a fault lies in `encoded`.
PATCHBAY_API PathFault decode_path(std::string_view encoded, std::string& out, std::size_t& offset);

/// RFC 3986 §5.2.4 in place, of a path that begins with '/'. False when ".." goes above the root.
PATCHBAY_API bool remove_dot_segments(std::string& path);

/// Whether a segment is what a parameter of this kind takes; for a path, whether it may begin with it.
PATCHBAY_API bool segment_fits(SegmentKind kind, std::string_view segment) noexcept;

}  // namespace patchbay::detail
