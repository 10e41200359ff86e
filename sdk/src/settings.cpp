#include <patchbay/settings.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <optional>
#include <set>

namespace patchbay {

SettingsError::SettingsError(const std::string& message) : std::runtime_error{message} {}
SettingsError::SettingsError(const SettingsError&) = default;
SettingsError& SettingsError::operator=(const SettingsError&) = default;
SettingsError::~SettingsError() = default;

struct Settings::Data {
    nlohmann::json values = nlohmann::json::object();
    std::string plugin;
    Positions positions;
    mutable std::set<std::string, std::less<>> asked;

    // The value at a path, or null; a null in the file counts as absent.
    const nlohmann::json* find(std::string_view key) const {
        const std::string_view first = key.substr(0, key.find('.'));
        asked.emplace(first);
        asked.emplace(first.substr(0, first.find('[')));
        const nlohmann::json* value = &values;
        for (std::string_view rest = key; value && !rest.empty();) {
            const std::string_view part = rest.substr(0, rest.find('.'));
            rest.remove_prefix(std::min(rest.size(), part.size() + 1));
            const nlohmann::json* const member = member_of(*value, part);
            value = member ? member : element_of(*value, part);
        }
        return value && !value->is_null() ? value : nullptr;
    }

    // Of what is not in the file: the place of the innermost section that is.
    std::string place(std::string_view key) const {
        std::string name = "settings." + (plugin.empty() ? "" : plugin + ".") + std::string{key};
        for (std::string_view section = key;;) {
            const auto position = positions.find(section);
            if (position != positions.end()) return position->second + ": " + name;
            if (section.empty()) return name;
            const std::size_t inner = section.find_last_of(".[");
            section = section.substr(0, inner == std::string_view::npos ? 0 : inner);
        }
    }

private:
    static const nlohmann::json* member_of(const nlohmann::json& value, std::string_view name) {
        const auto found = value.is_object() ? value.find(name) : value.end();
        return value.is_object() && found != value.end() ? &*found : nullptr;
    }

    // By "name[2]", or "name[2][0]" for a list in a list.
    static const nlohmann::json* element_of(const nlohmann::json& value, std::string_view part) {
        const std::size_t bracket = std::min(part.find('['), part.size());
        const nlohmann::json* element = member_of(value, part.substr(0, bracket));
        for (part.remove_prefix(bracket); element; part.remove_prefix(part.find(']') + 1)) {
            if (part.empty()) return element;
            if (part.front() != '[' || part.size() < 2) return nullptr;
            const std::size_t end = std::min(part.find(']'), part.size() - 1);
            std::size_t index = 0;
            const auto [stop, error] = std::from_chars(part.data() + 1, part.data() + end, index);
            const bool whole = part[end] == ']' && error == std::errc{} && stop == part.data() + end;
            if (!whole || !element->is_array() || index >= element->size()) return nullptr;
            element = &(*element)[index];
        }
        return nullptr;
    }
};

namespace {

std::optional<std::chrono::nanoseconds> parse_duration(std::string_view text) {
    struct Unit {
        std::string_view suffix;
        std::int64_t nanoseconds;
    };
    static constexpr Unit units[] = {{"ms", 1'000'000},
                                     {"us", 1'000},
                                     {"s", 1'000'000'000},
                                     {"m", 60'000'000'000},
                                     {"h", 3'600'000'000'000}};
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    const std::string_view suffix{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    if (error != std::errc{} || count < 0) return std::nullopt;
    for (const Unit& unit : units) {
        if (suffix != unit.suffix) continue;
        if (count > std::numeric_limits<std::int64_t>::max() / unit.nanoseconds) return std::nullopt;
        return std::chrono::nanoseconds{count * unit.nanoseconds};
    }
    return std::nullopt;
}

}  // namespace

Settings::Settings() : data_{std::make_unique<Data>()} {}
Settings::Settings(nlohmann::json values, std::string plugin, Positions positions)
    : data_{std::make_unique<Data>()} {
    if (!values.is_object() && !values.is_null()) {
        throw std::invalid_argument{
            "patchbay: a plugin's settings are a JSON object, not " +
            values.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
            "; in C++ that is {{\"key\", value}}, or for a testing::App app{{{\"key\", value}}}"};
    }
    if (values.is_object()) data_->values = std::move(values);
    data_->plugin = std::move(plugin);
    data_->positions = std::move(positions);
}
Settings::~Settings() = default;

void Settings::fail(std::string_view key, std::string_view problem) const {
    const nlohmann::json* value = data_->find(key);
    std::string message = data_->place(key) + " " + std::string{problem};
    if (value) message += ", not " + value->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    throw SettingsError{message};
}

void Settings::fail_secret(std::string_view key, std::string_view problem) const {
    throw SettingsError{data_->place(key) + " " + std::string{problem}};
}

bool Settings::contains(std::string_view key) const { return has(key); }
bool Settings::has(std::string_view key) const { return data_->find(key) != nullptr; }

std::size_t Settings::size(std::string_view key) const {
    const nlohmann::json& value = json(key);
    if (!value.is_array() && !value.is_null()) fail(key, "must be a list");
    return value.size();
}

std::string Settings::element_key(std::string_view list, std::size_t index) {
    return std::string{list} + '[' + std::to_string(index) + ']';
}

const nlohmann::json& Settings::json(std::string_view key) const {
    static const nlohmann::json null;
    const nlohmann::json* value = data_->find(key);
    return value ? *value : null;
}

std::string Settings::as_string(std::string_view key) const {
    const nlohmann::json& value = json(key);
    if (!value.is_string()) fail(key, "must be text");
    return value.get<std::string>();
}

bool Settings::as_bool(std::string_view key) const {
    const nlohmann::json& value = json(key);
    if (!value.is_boolean()) fail(key, "must be true or false");
    return value.get<bool>();
}

std::int64_t Settings::as_integer(std::string_view key, std::int64_t low, std::int64_t high) const {
    const nlohmann::json& value = json(key);
    const bool fits = value.is_number_unsigned()
                          ? value.get<std::uint64_t>() <= static_cast<std::uint64_t>(high)
                          : value.is_number_integer() && value.get<std::int64_t>() >= low &&
                                value.get<std::int64_t>() <= high;
    if (!fits)
        fail(key, "must be a whole number from " + std::to_string(low) + " to " + std::to_string(high));
    return value.get<std::int64_t>();
}

double Settings::as_number(std::string_view key) const {
    const nlohmann::json& value = json(key);
    if (!value.is_number()) fail(key, "must be a number");
    return value.get<double>();
}

std::chrono::nanoseconds Settings::as_duration(std::string_view key) const {
    const nlohmann::json& value = json(key);
    const auto duration =
        value.is_string() ? parse_duration(value.get_ref<const std::string&>()) : std::nullopt;
    if (!duration) fail(key, "must be a duration such as 250ms, 30s, 5m or 1h");
    return *duration;
}

std::vector<std::string> Settings::unused() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : data_->values.items())
        if (!data_->asked.contains(key)) keys.push_back(data_->place(key));
    return keys;
}

}  // namespace patchbay
