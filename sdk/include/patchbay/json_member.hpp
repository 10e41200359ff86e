// The members of a JSON object that is written as it is listed: Response::json({{"id", id}, {"name", name}}).
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

namespace patchbay {

namespace detail {

template <class Type>
concept JsonMemberValue =
    std::is_arithmetic_v<Type> || std::is_null_pointer_v<Type> || std::same_as<Type, nlohmann::json> ||
    std::convertible_to<const Type&, std::string_view>;

}  // namespace detail

/// A name and its value, both for the moment of the call only: nothing is copied. A value is a text, a
/// number, a bool, nullptr or an nlohmann::json; lists and values of other types become one first. Not made
/// from braces within braces, which mean what they mean to nlohmann.
class JsonMember {
public:
    using Value = std::variant<std::nullptr_t, bool, std::int64_t, std::uint64_t, double, std::string_view,
                               const nlohmann::json*>;

    template <class Name, detail::JsonMemberValue Type>
        requires std::convertible_to<const Name&, std::string_view>
    JsonMember(const Name& name, const Type& value) : name_{name}, value_{of(value)} {}

    std::string_view name() const noexcept { return name_; }
    const Value& value() const noexcept { return value_; }

private:
    template <class Type>
    static Value of(const Type& value) {
        if constexpr (std::same_as<Type, bool> || std::is_null_pointer_v<Type>) {
            return value;
        } else if constexpr (std::floating_point<Type>) {
            return static_cast<double>(value);
        } else if constexpr (std::signed_integral<Type>) {
            return static_cast<std::int64_t>(value);
        } else if constexpr (std::unsigned_integral<Type>) {
            return static_cast<std::uint64_t>(value);
        } else if constexpr (std::same_as<Type, nlohmann::json>) {
            return &value;
        } else {
            return std::string_view{value};
        }
    }

    std::string_view name_;
    Value value_;
};

}  // namespace patchbay
