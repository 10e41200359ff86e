// 100,000 keys that collide in every std::hash cost what as many others do, and that in proportion to their
// number. Both are ratios of CPU time, far from what a table with one long chain would give.
#include "request_fixture.hpp"
#include "support/colliding_keys.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

using namespace patchbay;
using namespace patchbay::test;

namespace {

constexpr std::size_t many = 100'000;
constexpr std::size_t fewer = many / 64;
constexpr double most_for_colliding =
    4;  // times what usual keys cost; a chain would cost 10,000 times as much
// Times what a 64th of them costs, which the caches hold; a chain would cost 4,096 times as much.
constexpr double most_for_64_fold = 1000;

std::string join(const std::vector<std::string>& keys, std::string_view before, std::string_view after) {
    std::string text;
    for (const std::string& key : keys) text.append(before).append(key).append(after);
    return text;
}

using Keys = std::vector<std::string>;

/// `read` does with a text made of keys all that a handler might; `make` makes the text.
void check_cost(const std::function<std::string(const Keys&)>& make,
                const std::function<void(const std::string&)>& read) {
    const auto cost = [&](const Keys& keys) {
        const std::string text = make(keys);
        return cpu_seconds([&] { read(text); });
    };
    const double colliding = cost(colliding_keys(many));
    CHECK(colliding < most_for_colliding * cost(usual_keys(many)));
    CHECK(colliding < most_for_64_fold * cost(colliding_keys(fewer)));
}

}  // namespace

TEST_CASE("the colliding keys do collide, and a hash table would suffer") {
    const Keys keys = colliding_keys(many);
    CHECK(std::set<std::string_view>(keys.begin(), keys.end()).size() == many);
    std::unordered_set<std::size_t> hashes;
    for (const std::string& key : keys) hashes.insert(std::hash<std::string>{}(key));
    CHECK(hashes.size() == 1);
    hashes.clear();
    for (const std::string& key : usual_keys(1000)) hashes.insert(std::hash<std::string>{}(key));
    CHECK(hashes.size() == 1000);
    const auto table = [](const Keys& entries) {
        return cpu_seconds([&] { std::unordered_set<std::string>(entries.begin(), entries.end()); });
    };
    CHECK(table(colliding_keys(2000)) > most_for_colliding * table(usual_keys(2000)));
}

TEST_CASE("a query of colliding keys costs linear time") {
    check_cost([](const Keys& keys) { return join(keys, "&", "=1"); },
               [](const std::string& text) {
                   RequestFixture fixture;
                   fixture.data.query = text;
                   REQUIRE_FALSE(fixture.request.query("absent"));
                   REQUIRE(fixture.request.query_all("absent").empty());
                   REQUIRE(fixture.request.query_pairs().size() >= fewer);
               });
}

TEST_CASE("cookies of colliding names cost linear time") {
    check_cost([](const Keys& keys) { return join(keys, "", "=1; "); },
               [](const std::string& text) {
                   RequestFixture fixture;
                   fixture.header("Cookie", text);
                   REQUIRE_FALSE(fixture.request.cookie("absent"));
                   REQUIRE(fixture.request.cookies().size() >= fewer);
               });
}

TEST_CASE("headers of colliding names cost linear time") {
    check_cost([](const Keys& keys) { return join(keys, "", "\n"); },
               [](const std::string& text) {
                   RequestFixture fixture;
                   for (std::string_view rest = text; !rest.empty();) {
                       const std::string_view name = rest.substr(0, rest.find('\n'));
                       fixture.fields.push_back({http::field::unknown, name, "1"});
                       rest.remove_prefix(name.size() + 1);
                   }
                   fixture.data.headers = fixture.fields;
                   REQUIRE_FALSE(fixture.request.header("absent"));
                   REQUIRE_FALSE(fixture.request.header(http::field::accept));
               });
}

TEST_CASE("a form of colliding keys costs linear time") {
    check_cost([](const Keys& keys) { return join(keys, "&", "=1"); },
               [](const std::string& text) {
                   RequestFixture fixture;
                   fixture.data.body = text;
                   const Form form = fixture.request.form();
                   REQUIRE_FALSE(form.get("absent"));
                   REQUIRE(form.all("absent").empty());
                   REQUIRE(form.pairs().size() >= fewer);
               });
}

TEST_CASE("JSON of colliding keys costs linear time, also when all of them are mistakes") {
    check_cost([](const Keys& keys) { return "{" + join(keys, "\"", "\":1,") + "\"last\":1}"; },
               [](const std::string& text) {
                   RequestFixture fixture;
                   fixture.data.body = text;
                   REQUIRE(fixture.request.json().size() > fewer);
                   const std::string refused = refusal([&] {
                       fixture.request.read_json([](const JsonReader& in) {
                           in.only({"known"});
                           return in.get("absent", 1);
                       });
                   });
                   REQUIRE(refused.starts_with("422 "));
               });
}
