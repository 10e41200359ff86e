// Reads what a caller sent as JSON into a plugin's own types: see Request::read_json(). Every mistake is
// noted, and all of them reach the caller at once.
#pragma once

#include <patchbay/export.hpp>

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace patchbay {

namespace detail {
struct JsonProblems;
template <class T>
concept JsonScalar = std::integral<T> || std::floating_point<T> || std::same_as<T, std::string>;
}  // namespace detail

/// The least and the greatest value allowed.
template <class T>
struct JsonLimits {
    T min = std::numeric_limits<T>::lowest();
    T max = std::numeric_limits<T>::max();
};
/// Of numbers their value, of text its length in bytes of UTF-8.
template <class T>
using JsonLimitsOf = JsonLimits<std::conditional_t<std::is_arithmetic_v<T>, T, std::size_t>>;

/// One value of a document, present or not. A path is dotted as in Settings ("user.name"); null counts as
/// absent. What can't be read is noted with its place, once a place, and reads as T{}: the result is thrown
/// away in the end, so no such value is ever used. T is std::string, bool, an integer or a floating-point
/// type; a whole number is written without a fraction and fits into its type. Lifetime: within read_json().
class PATCHBAY_API JsonReader {
public:
    JsonReader(const nlohmann::json* value, detail::JsonProblems* problems, std::string pointer)
        : value_{value}, problems_{problems}, pointer_{std::move(pointer)} {}

    /// The value at a path that must be there: `in.require<int>("age", {0, 150})`.
    template <detail::JsonScalar T>
    T require(std::string_view path, JsonLimitsOf<T> limits = {}) const {
        return at(path).as<T>(limits);
    }
    /// The value, or nothing when it is absent.
    template <detail::JsonScalar T>
    std::optional<T> find(std::string_view path, JsonLimitsOf<T> limits = {}) const {
        const JsonReader value = at(path);
        return value.present() ? std::optional<T>{value.as<T>(limits)} : std::nullopt;
    }
    /// The value, or the default when it is absent; the type of the default is the type expected.
    template <class T>
    using ValueFor = std::conditional_t<std::is_convertible_v<const T&, std::string_view>, std::string, T>;
    template <class T>
    ValueFor<T> get(std::string_view path, const T& fallback, JsonLimitsOf<ValueFor<T>> limits = {}) const {
        return find<ValueFor<T>>(path, limits).value_or(ValueFor<T>(fallback));
    }

    /// The reader of a value further down, for a function that reads a nested object.
    JsonReader at(std::string_view path) const;
    /// The reader of this object's member of exactly that name, dots and all.
    JsonReader member(std::string_view name) const;
    /// Is there a value that is not null?
    bool present() const noexcept;

    /// This value itself.
    template <detail::JsonScalar T>
    T as(JsonLimitsOf<T> limits = {}) const {
        if constexpr (std::is_same_v<T, bool>) {
            return as_bool();
        } else if constexpr (std::is_same_v<T, std::string>) {
            return as_string(limits);
        } else if constexpr (std::floating_point<T>) {
            return static_cast<T>(as_number({limits.min, limits.max}));
        } else if constexpr (std::signed_integral<T>) {
            return static_cast<T>(as_signed({limits.min, limits.max}));
        } else {
            return static_cast<T>(as_unsigned({limits.min, limits.max}));
        }
    }
    /// The elements of this list, for a loop; `size` limits their number. None when the list is absent, which
    /// is a mistake when there must be at least one.
    std::vector<JsonReader> items(JsonLimits<std::size_t> size = {}) const;
    /// The same as values of one type.
    template <detail::JsonScalar T>
    std::vector<T> list(JsonLimits<std::size_t> size = {}, JsonLimitsOf<T> each = {}) const {
        std::vector<T> values;
        for (const JsonReader& item : items(size)) values.push_back(item.as<T>(each));
        return values;
    }
    /// Notes every member of this object that has another name.
    void only(std::initializer_list<std::string_view> names) const;

    /// Notes a mistake of this value, for checks of one's own: `in.at("to").fail("must come after from")`.
    void fail(std::string_view problem) const;
    /// The value as it is; null when absent.
    const nlohmann::json& json() const noexcept;

private:
    bool as_bool() const;
    std::string as_string(JsonLimits<std::size_t> bytes) const;
    double as_number(JsonLimits<double> limits) const;
    std::int64_t as_signed(JsonLimits<std::int64_t> limits) const;
    std::uint64_t as_unsigned(JsonLimits<std::uint64_t> limits) const;
    template <class T>
    T as_integer(JsonLimits<T> limits) const;

    const nlohmann::json* value_;     // null: absent
    detail::JsonProblems* problems_;  // null: below a value whose mistake is noted already
    std::string pointer_;             // RFC 6901
};

}  // namespace patchbay
