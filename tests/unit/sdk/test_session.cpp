#include "request_fixture.hpp"

#include <patchbay/session.hpp>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <set>

using namespace patchbay;
using namespace std::chrono_literals;
using test::RequestFixture;

namespace {

using Time = CookieSessions::Time;

const std::string secret_a(32, 'a'), secret_b(32, 'b');
const Time start{1'000'000'000s};

SessionOptions options(bool encrypted = true, std::vector<std::string> secrets = {secret_a}) {
    return {.secrets = std::move(secrets), .max_age = 100s, .encrypted = encrypted};
}

// The Cookie line that a browser sends after that response; empty when it sets none.
std::string cookie_of(const Response& response) {
    const auto line = response.find_header("Set-Cookie");
    return line ? std::string{line->substr(0, line->find(';'))} : std::string{};
}

Session opened(const CookieSessions& sessions, const std::string& cookie, Time now = start) {
    RequestFixture fixture;
    fixture.header("Cookie", cookie);
    return sessions.open(fixture.request, now);
}

std::string cookie_with(const CookieSessions& sessions, std::string_view user, Time now = start) {
    Session session;
    session.set("user", user);
    return cookie_of(sessions.save(session, Response{}, now));
}

std::string problem_of(const nlohmann::json& settings) {
    try {
        const CookieSessions sessions{Settings{settings, "shop", {{"session.secrets", "a.yaml:3:5"}}}};
    } catch (const SettingsError& error) {
        return error.what();
    }
    return "no error";
}

}  // namespace

TEST_CASE("a session comes back as it was saved") {
    const CookieSessions sessions{options(GENERATE(true, false))};
    Session session;
    CHECK(session.empty());
    session.set("user", "Ada");
    session.set("age", 36);
    session.set("ratio", 0.5);
    session.set("ok", true);
    session.set("tags", nlohmann::json::array({"a", "b"}));
    session.set("gone", 1);
    session.erase("gone");
    const Session back = opened(sessions, cookie_of(sessions.save(session, Response{}, start)));
    CHECK(back.get<std::string>("user") == "Ada");
    CHECK(back.get<int>("age") == 36);
    CHECK(back.get<double>("age") == 36.0);
    CHECK(back.get<double>("ratio") == 0.5);
    CHECK(back.get<bool>("ok") == true);
    CHECK(back.json()["tags"].size() == 2);
    CHECK_FALSE(back.get<int>("user"));
    CHECK_FALSE(back.get<std::string>("age"));
    CHECK_FALSE(back.get<bool>("age"));
    CHECK_FALSE(back.get<int>("ratio"));
    CHECK_FALSE(back.get<int>("gone"));
    session.set("age", 300);
    CHECK_FALSE(session.get<std::uint8_t>("age"));
    session.set("age", std::uint64_t{1} << 63U);
    CHECK_FALSE(session.get<std::uint64_t>("age"));
}

TEST_CASE("the cookie has the safe attributes") {
    const CookieSessions sessions{options()};
    Session session;
    session.set("a", 1);
    const Response response = sessions.save(session, Response{}, start);
    const std::string line{response.find_header("Set-Cookie").value()};
    CHECK_THAT(line, Catch::StartsWith("__Host-session="));
    CHECK(line.substr(line.find(';')) == "; Path=/; Max-Age=100; Secure; HttpOnly; SameSite=Lax");
    CHECK(response.find_header("Vary") == "Cookie");
}

TEST_CASE("an encrypted session can't be read, and is never the same twice; a signed one can be read") {
    const CookieSessions encrypted{options(true)}, signed_only{options(false)};
    std::set<std::string> values;
    for (int i = 0; i < 100; ++i) values.insert(cookie_with(encrypted, "Ada"));
    CHECK(values.size() == 100);
    const std::string text = "eyJ1c2VyIjoiQWRhIn0";  // {"user":"Ada"}
    CHECK(values.begin()->find(text) == std::string::npos);
    CHECK_THAT(cookie_with(signed_only, "Ada"), Catch::StartsWith("__Host-session=" + text + "."));
}

TEST_CASE("a session in which anything was changed is empty") {
    const CookieSessions sessions{options(GENERATE(true, false))};
    const std::string good = cookie_with(sessions, "Ada");
    REQUIRE_FALSE(opened(sessions, good).empty());
    const std::size_t begin = good.find('=') + 1;
    for (std::size_t at = begin; at < good.size(); ++at) {
        INFO(at);
        std::string changed = good;
        changed[at] = changed[at] == 'A' ? 'B' : 'A';
        CHECK(opened(sessions, changed).empty());
        CHECK(opened(sessions, good.substr(0, at)).empty());
        CHECK(opened(sessions, std::string{good}.insert(at, "A")).empty());
        changed[at] = '.';
        CHECK((good[at] == '.' || opened(sessions, changed).empty()));
    }
    for (const char* more : {"A", ".", "=", " x", "~"}) CHECK(opened(sessions, good + more).empty());
    CHECK(opened(sessions, "__Host-session=").empty());
    CHECK(opened(sessions, "__Host-session=.").empty());
    CHECK(opened(sessions, "__Host-session=" + std::string(6000, 'A')).empty());
}

TEST_CASE("the unused bits of the last character are no second way to write a session") {
    const CookieSessions sessions{options()};
    const std::string good =
        cookie_with(sessions, "Ada");  // 1 + 4 + 12 + 8 + 14 + 16 bytes: four bits are unused
    std::string changed = good;
    REQUIRE((good.size() - std::string_view{"__Host-session="}.size()) % 4 == 2);
    REQUIRE(std::string_view{"AQgw"}.find(good.back()) != std::string_view::npos);
    ++changed.back();
    CHECK(opened(sessions, changed).empty());
}

TEST_CASE("one session can't be taken for another") {
    SessionOptions other = options();
    other.name = "__Host-other";
    const CookieSessions sessions{options()}, others{other}, signed_only{options(false)};
    const std::string cookie = cookie_with(others, "Ada");
    const std::string value = cookie.substr(cookie.find('='));
    CHECK_FALSE(opened(others, "__Host-other" + value).empty());
    CHECK(opened(sessions, "__Host-session" + value).empty());
    CHECK(opened(sessions, cookie_with(signed_only, "Ada")).empty());
    CHECK(opened(signed_only, cookie_with(sessions, "Ada")).empty());
}

TEST_CASE("secrets are changed by putting the new one first") {
    const bool encrypted = GENERATE(true, false);
    const CookieSessions before{options(encrypted, {secret_a})},
        between{options(encrypted, {secret_b, secret_a})}, after{options(encrypted, {secret_b})};
    const std::string old_cookie = cookie_with(before, "Ada");
    CHECK(opened(after, old_cookie).empty());
    const Session session = opened(between, old_cookie);
    CHECK(session.get<std::string>("user") == "Ada");
    const std::string new_cookie = cookie_of(between.save(session, Response{}, start));
    CHECK(opened(after, new_cookie).get<std::string>("user") == "Ada");
    CHECK(opened(before, new_cookie).empty());
    CHECK(cookie_of(between.save(opened(between, new_cookie), Response{}, start)).empty());
}

TEST_CASE("a session ends when its time is over, and is renewed in the second half of it") {
    const CookieSessions sessions{options(GENERATE(true, false))};
    const std::string cookie = cookie_with(sessions, "Ada");
    CHECK_FALSE(opened(sessions, cookie, start + 99s).empty());
    CHECK(opened(sessions, cookie, start + 100s).empty());
    CHECK_FALSE(opened(sessions, cookie, start - 300s).empty());  // another server's clock
    CHECK(opened(sessions, cookie, start - 301s).empty());
    const auto renewed_at = [&](Time now) {
        return cookie_of(sessions.save(opened(sessions, cookie, now), Response{}, now));
    };
    CHECK(renewed_at(start + 49s).empty());
    CHECK_FALSE(opened(sessions, renewed_at(start + 50s), start + 149s).empty());
}

TEST_CASE("the cookie is set when something has changed, and deleted when nothing is left") {
    const CookieSessions sessions{options()};
    const std::string cookie = cookie_with(sessions, "Ada");
    const auto line_of = [&](const Session& session) {
        return std::string{
            sessions.save(session, Response{}, start).find_header("Set-Cookie").value_or("none")};
    };
    CHECK(line_of(opened(sessions, "other=1")) == "none");
    CHECK(line_of(opened(sessions, cookie)) == "none");
    CHECK(line_of(opened(sessions, "__Host-session=bad")) == "none");
    Session fresh = opened(sessions, "other=1");
    fresh.clear();
    CHECK(line_of(fresh) == "none");
    Session cleared = opened(sessions, cookie);
    cleared.clear();
    CHECK_THAT(line_of(cleared), Catch::StartsWith("__Host-session=; Path=/; Max-Age=0"));
    Session emptied = opened(sessions, cookie);
    emptied.erase("nothing");
    CHECK(line_of(emptied) == "none");
    emptied.erase("user");
    CHECK_THAT(line_of(emptied), Catch::StartsWith("__Host-session=; Path=/; Max-Age=0"));
    Session again = cleared;
    again.set("user", "Bob");
    CHECK(opened(sessions, cookie_of(sessions.save(again, Response{}, start))).get<std::string>("user") ==
          "Bob");
}

TEST_CASE("a good cookie counts, wherever it stands") {
    const CookieSessions sessions{options()};
    const std::string cookie = cookie_with(sessions, "Ada");
    CHECK(opened(sessions, "__Host-session=bad; " + cookie + "; __Host-session=").get<std::string>("user") ==
          "Ada");
}

TEST_CASE("a session that browsers would drop is an error that says its size") {
    const CookieSessions sessions{options(GENERATE(true, false))};
    Session session;
    session.set("a", std::string(2900, 'x'));
    CHECK_NOTHROW(sessions.save(session, Response{}, start));
    session.set("a", std::string(3100, 'x'));
    CHECK_THROWS_WITH(sessions.save(session, Response{}, start),
                      Catch::Contains("browsers drop more than 4096"));
    CHECK_THROWS_AS(sessions.save(session, Response{}, start), std::length_error);
}

TEST_CASE("sessions are built from settings") {
    const Settings settings{
        {{"session", {{"secrets", {secret_a}}, {"max_age", "2h"}, {"encrypted", false}}},
         {"admin", {{"secrets", {secret_a}}, {"secure", false}, {"same_site", "strict"}}}}};
    Session session;
    session.set("user", "Ada");
    const CookieSessions sessions{settings}, admin{settings, "admin"};
    CHECK_THAT(std::string{*sessions.save(session, Response{}).find_header("Set-Cookie")},
               Catch::StartsWith("__Host-session=eyJ") && Catch::Contains("Max-Age=7200"));
    CHECK_THAT(std::string{*admin.save(session, Response{}).find_header("Set-Cookie")},
               Catch::StartsWith("session=") && Catch::EndsWith("; HttpOnly; SameSite=Strict"));
    CHECK(settings.unused().empty());
}

TEST_CASE("wrong settings are said with their place, and never with a secret") {
    const std::string place = "a.yaml:3:5: settings.shop.session.secrets ";
    const std::string list = place + "must be a list of secrets, the one in use first";
    CHECK(problem_of({}) == list);
    CHECK(problem_of({{"session", {{"secrets", secret_a}}}}) == list);
    CHECK(problem_of({{"session", {{"secrets", nlohmann::json::array()}}}}) == list);
    const std::string text = "must be text of at least 32 bytes: openssl rand -base64 32";
    CHECK(problem_of({{"session", {{"secrets", {secret_a, "hush"}}}}}) ==
          "a.yaml:3:5: settings.shop.session.secrets[1] " + text);
    CHECK(problem_of({{"session", {{"secrets", {7}}}}}) ==
          "a.yaml:3:5: settings.shop.session.secrets[0] " + text);
    const auto with = [](std::string key, nlohmann::json value) {
        return problem_of({{"session", {{"secrets", {secret_a}}, {std::move(key), std::move(value)}}}});
    };
    CHECK(with("max_age", "0s") == "settings.shop.session.max_age must be at least 1s, not \"0s\"");
    CHECK(with("same_site", "x") == "settings.shop.session.same_site must be lax, strict or none, not \"x\"");
    CHECK_THAT(with("name", "a b"), Catch::StartsWith("settings.shop.session makes no cookie: "));
    CHECK_THROWS_AS((CookieSessions{{.secrets = {}}}), std::invalid_argument);
    CHECK_THROWS_AS((CookieSessions{{.secrets = {std::string(31, 'a')}}}), std::invalid_argument);
    CHECK_THROWS_AS((CookieSessions{{.secrets = {secret_a}, .secure = false}}), std::invalid_argument);
    CHECK_THROWS_AS((CookieSessions{{.secrets = {secret_a}, .max_age = 0s}}), std::invalid_argument);
}
