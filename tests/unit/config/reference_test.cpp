// The committed reference files equal what the key table gives. After a change of the table:
// unit_config '[.regenerate]'.
#include "config/reference.hpp"

#include "config/filter_keys.hpp"
#include "config/json_schema.hpp"
#include "config/keys.hpp"
#include "config/loader.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace patchbay;

namespace {

const std::filesystem::path root{PATCHBAY_SOURCE_DIR};

std::string committed(const char* path) {
    std::ifstream stream{root / path, std::ios::binary};
    REQUIRE(stream);
    return {std::istreambuf_iterator<char>{stream}, {}};
}

const nlohmann::json* schema_of(const nlohmann::json& schema, std::string path) {
    const auto* node = &schema;
    for (path += '.'; !path.empty();) {
        const auto name = path.substr(0, path.find('.'));
        path.erase(0, name.size() + 1);
        if (!node->contains("properties") || !node->at("properties").contains(name)) return nullptr;
        node = &node->at("properties").at(name);
    }
    return node;
}

void check_closed(const nlohmann::json& schema) {
    if (!schema.contains("properties")) return;
    INFO(schema.dump());
    CHECK(schema.value("additionalProperties", true) == false);
    for (const auto& child : schema.at("properties")) check_closed(child);
}

}  // namespace

TEST_CASE("the committed reference is what the key table gives", "[config]") {
    CHECK(committed("conf/full.yaml") == full_yaml());
    CHECK(committed("conf/patchbay.schema.json") == json_schema());
    CHECK(committed("docs/configuration.md") == reference_markdown());
}

TEST_CASE("the full file is the default configuration", "[config]") {
    CHECK(parse_config(full_yaml(), "full.yaml", {}) == Config{});
}

TEST_CASE("the full file holds every key", "[config]") {
    // Each key is given a wrong value where it stands; the answer names it if it was read.
    for (const auto& key : detail::config_keys()) {
        auto yaml = full_yaml();
        const std::string path{key.path};
        const auto leaf = path.substr(path.rfind('.') + 1);
        const auto indent =
            std::string(2 * static_cast<std::size_t>(std::count(path.begin(), path.end(), '.')), ' ');
        std::string problems;
        for (auto at = yaml.find('\n' + indent + leaf + ": "); at != std::string::npos;
             at = yaml.find('\n' + indent + leaf + ": ", at + 1)) {
            const auto value = at + 1 + indent.size() + leaf.size() + 2;
            auto broken = yaml;
            broken.replace(value, yaml.find('\n', value) - value, "{}");
            try {
                parse_config(broken, "full.yaml", {});
            } catch (const ConfigError& error) {
                problems += error.what();
            }
        }
        INFO(path);
        CHECK(problems.find(": " + path + ": expected ") != std::string::npos);
    }
}

TEST_CASE("the schema knows every key and no other", "[config]") {
    const auto schema = nlohmann::json::parse(json_schema());
    for (const auto& key : detail::config_keys()) {
        const auto* const found = schema_of(schema, std::string{key.path});
        INFO(key.path);
        REQUIRE(found != nullptr);
        CHECK(found->contains("default"));
    }
    const auto& entry = schema_of(schema, "routes")->at("items");
    for (const auto& key : detail::route_keys())
        CHECK(entry.at("properties").contains(std::string{key.path}));
    CHECK(entry.at("oneOf").at(0).at("required") == nlohmann::json::array({"handler"}));
    CHECK(entry.at("oneOf").at(1).at("required") == nlohmann::json::array({"path", "static"}));
    check_closed(schema);
    check_closed(entry);
}

TEST_CASE("the schema requires what the parser requires", "[config]") {
    const auto schema = nlohmann::json::parse(json_schema());
    const auto& kinds = schema.at("properties").at("filters").at("additionalProperties").at("properties");
    detail::for_each_filter_kind([&](const auto& kind) {
        const std::string name{kind.name};
        INFO(name);
        bool may_be_empty = true;
        try {
            parse_config("filters: {f: {" + name + ": {}}}", "test.yaml", {});
        } catch (const ConfigError&) {
            may_be_empty = false;
        }
        const auto& settings = kinds.at(name);
        CHECK((settings.contains("required") || settings.contains("anyOf")) == !may_be_empty);
        CHECK((settings.at("type") == "object") == !may_be_empty);
    });
}

TEST_CASE("the reference names every key and its variable", "[config]") {
    const auto page = reference_markdown();
    std::set<std::string> variables;
    for (const auto& key : detail::config_keys()) {
        const auto variable = detail::environment_name(key.path);
        INFO(key.path);
        CHECK(page.find("| `" + std::string{key.path} + "` |") != std::string::npos);
        CHECK(page.find('`' + variable + '`') != std::string::npos);
        CHECK(variables.insert(variable).second);
    }
}

TEST_CASE("every key has its summary, and every quantity the effect of raising it", "[config]") {
    for (const auto& key : detail::config_keys()) {
        INFO(key.path);
        CHECK(key.summary.ends_with('.'));
        const bool is_quantity = detail::effect_sentence(key.rules, "x") != "x";
        CHECK((!is_quantity || key.effect.ends_with('.')));
        CHECK((!is_quantity || key.rules.range.minimum < key.rules.range.maximum));
    }
}

TEST_CASE("write the reference files", "[.regenerate]") {
    std::ofstream{root / "conf/full.yaml", std::ios::binary} << full_yaml();
    std::ofstream{root / "conf/patchbay.schema.json", std::ios::binary} << json_schema();
    std::ofstream{root / "docs/configuration.md", std::ios::binary} << reference_markdown();
}
