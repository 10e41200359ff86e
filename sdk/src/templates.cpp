#include "template_source.hpp"

#include <patchbay/templates.hpp>

#include <nlohmann/json.hpp>

#include <charconv>
#include <kainjow/mustache.hpp>
#include <stdexcept>

namespace patchbay {
namespace {

namespace mustache = kainjow::mustache;

mustache::data to_data(const nlohmann::json& value) {
    switch (value.type()) {
        case nlohmann::json::value_t::object: {
            mustache::data object{mustache::data::type::object};
            for (const auto& [name, member] : value.items()) object.set(name, to_data(member));
            return object;
        }
        case nlohmann::json::value_t::array: {
            mustache::data list{mustache::data::type::list};
            for (const nlohmann::json& item : value) list << to_data(item);
            return list;
        }
        case nlohmann::json::value_t::string:
            return value.get_ref<const std::string&>();
        case nlohmann::json::value_t::boolean:
            return value.get<bool>() ? mustache::data{std::string{"true"}} : mustache::data{false};
        case nlohmann::json::value_t::null:
            return false;
        default:
            return value.dump();
    }
}

// The parser says `Unclosed section "a" at 12`: the offset becomes the line it is in.
std::string located(std::string_view name, std::string_view text, const std::string& message) {
    const std::size_t at = message.rfind(" at ");
    std::size_t offset = 0;
    if (at != std::string::npos)
        std::from_chars(message.data() + at + 4, message.data() + message.size(), offset);
    return detail::template_place(name, text, offset) + message.substr(0, at);
}

mustache::mustache parse(std::string_view name, std::string_view origin, const std::string& text) {
    mustache::mustache parsed{text};
    if (!parsed.is_valid()) throw std::runtime_error{located(name, origin, parsed.error_message())};
    return parsed;
}

}  // namespace

struct Templates::Parsed {
    // render() of the library is not const, but changes its template only where a lambda or a partial fails;
    // here are neither.
    mutable std::map<std::string, mustache::mustache, std::less<>> by_name;

    explicit Parsed(const std::filesystem::path& folder) {
        const detail::TemplateTexts texts = detail::read_templates(folder);
        for (const auto& [name, text] : texts)
            parse(name, text, text);  // each by itself, so that lines are right
        for (const auto& [name, text] : texts)
            by_name.emplace(name, parse(name, text, detail::with_partials(texts, name)));
    }

    static std::unique_ptr<const Parsed> from(const Settings& settings, std::string_view key) {
        const std::filesystem::path folder = settings.require<std::string>(key);
        try {
            return std::make_unique<const Parsed>(folder);
        } catch (const std::exception& error) {
            settings.fail(key, std::string{"must be a folder of templates: "} + error.what());
        }
    }
};

Templates::Templates(const std::filesystem::path& folder) : parsed_{std::make_unique<const Parsed>(folder)} {}
Templates::Templates(const Settings& settings, std::string_view key) : parsed_{Parsed::from(settings, key)} {}
Templates::Templates(Templates&&) noexcept = default;
Templates::~Templates() = default;

bool Templates::contains(std::string_view name) const { return parsed_->by_name.contains(name); }

std::string Templates::render(std::string_view name, const nlohmann::json& data) const {
    const auto found = parsed_->by_name.find(name);
    if (found == parsed_->by_name.end())
        throw std::out_of_range{"patchbay: there is no template '" + std::string{name} + "'"};
    std::string text;
    found->second.render(to_data(data), [&text](const std::string& piece) { text += piece; });
    return text;
}

}  // namespace patchbay
