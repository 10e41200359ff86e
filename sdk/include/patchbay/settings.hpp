// What the operator wrote under `settings: <plugin>:` in the YAML file, given to the plugin's constructor.
#pragma once

#include <patchbay/export.hpp>

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace patchbay {

/// A setting is missing, has the wrong type or is out of range. The message says where it stands and what it
/// should be; thrown from a plugin's constructor it makes the host refuse the new generation and keep the old
/// one.
class PATCHBAY_API SettingsError : public std::runtime_error {
public:
    explicit SettingsError(const std::string& message);
    SettingsError(const SettingsError&);
    SettingsError& operator=(const SettingsError&);
    ~SettingsError() override;
};

/// Reads as `settings.get("greeting", "Hello")`: the type of the default is the type expected. Keys may be
/// dotted paths
/// ("database.path") and name the elements of lists ("mirrors[0].host"). Keys nobody asked for during
/// construction are reported to the operator as likely mistakes. Thread-safety: none; use it in the
/// constructor, keep values.
class PATCHBAY_API Settings {
public:
    /// Dotted key -> "file:line:column".
    using Positions = std::map<std::string, std::string, std::less<>>;

    Settings();
    /// Errors: std::invalid_argument when `values` is neither a JSON object nor null.
    explicit Settings(nlohmann::json values, std::string plugin = {}, Positions positions = {});
    ~Settings();
    Settings(const Settings&) = delete;
    Settings& operator=(const Settings&) = delete;

    /// The value, or the default when the key is absent. T: std::string (and literals), bool, integers,
    /// floating point, std::chrono durations ("250ms", "30s", "5m", "1h"), and std::vector of these.
    /// Errors: SettingsError.
    template <class T>
    auto get(std::string_view key, const T& fallback) const;
    /// The value of a key that must be there: `settings.require<std::string>("path")`. Errors: SettingsError.
    template <class T>
    T require(std::string_view key) const;

    bool contains(std::string_view key) const;
    /// How many elements a list has; 0 when the key is absent. Errors: SettingsError when it is no list.
    std::size_t size(std::string_view key) const;
    /// The value as it is, null when absent; for objects of any form.
    const nlohmann::json& json(std::string_view key) const;
    /// Throws SettingsError with the key's position: for checks of one's own.
    [[noreturn]] void fail(std::string_view key, std::string_view problem) const;
    /// The same, without showing the value: for secrets.
    [[noreturn]] void fail_secret(std::string_view key, std::string_view problem) const;

    /// Top-level keys that nothing has asked for, with positions: "file:line:column:
    /// settings.greeter.greetng".
    std::vector<std::string> unused() const;

private:
    struct Data;

    bool has(std::string_view key) const;
    std::string as_string(std::string_view key) const;
    bool as_bool(std::string_view key) const;
    std::int64_t as_integer(std::string_view key, std::int64_t low, std::int64_t high) const;
    double as_number(std::string_view key) const;
    std::chrono::nanoseconds as_duration(std::string_view key) const;
    static std::string element_key(std::string_view list, std::size_t index);

    template <class T>
    T convert(std::string_view key) const;

    std::unique_ptr<Data> data_;
};

namespace detail {
template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;
template <class T>
inline constexpr bool is_list = false;
template <class T, class Allocator>
inline constexpr bool is_list<std::vector<T, Allocator>> = true;
template <class T>
inline constexpr bool is_setting = false;
}  // namespace detail

template <class T>
T Settings::convert(std::string_view key) const {
    if constexpr (std::is_same_v<T, std::string>) {
        return as_string(key);
    } else if constexpr (std::is_same_v<T, bool>) {
        return as_bool(key);
    } else if constexpr (std::is_integral_v<T>) {
        constexpr auto widest = std::numeric_limits<std::int64_t>::max();
        constexpr auto high =
            sizeof(T) == 8 ? widest : static_cast<std::int64_t>(std::numeric_limits<T>::max());
        return static_cast<T>(
            as_integer(key, static_cast<std::int64_t>(std::numeric_limits<T>::min()), high));
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<T>(as_number(key));
    } else if constexpr (detail::is_duration<T>) {
        const std::chrono::nanoseconds duration = as_duration(key);
        const T value = std::chrono::duration_cast<T>(duration);
        if (!std::is_floating_point_v<typename T::rep> && value != duration) {
            constexpr auto num = T::period::num, den = T::period::den;
            fail(key, "must be a multiple of " + (den == 1 ? "" : "1/" + std::to_string(den) + " of ") +
                          std::to_string(num) + "s");
        }
        return value;
    } else if constexpr (detail::is_list<T>) {
        T list;
        const std::size_t count = size(key);
        list.reserve(count);
        for (std::size_t i = 0; i < count; ++i)
            list.push_back(convert<typename T::value_type>(element_key(key, i)));
        return list;
    } else {
        static_assert(detail::is_setting<T>,
                      "patchbay: a setting is a std::string, bool, number or std::chrono duration, or a "
                      "std::vector of them; name what is in an object by its path, \"object.key\" or "
                      "\"list[0].key\", or use settings.json(key)");
    }
}

template <class T>
T Settings::require(std::string_view key) const {
    if (!has(key)) fail(key, "is missing and this plugin needs it");
    return convert<T>(key);
}

template <class T>
auto Settings::get(std::string_view key, const T& fallback) const {
    using Value = std::conditional_t<std::is_convertible_v<const T&, std::string_view>, std::string, T>;
    return has(key) ? convert<Value>(key) : Value(fallback);
}

}  // namespace patchbay
