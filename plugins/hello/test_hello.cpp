// A plugin of one file is tested by including it.
#include "hello.cpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

namespace {

nlohmann::json json_of(const Response& response) { return nlohmann::json::parse(response.body()); }

const nlohmann::json on_the_loop{{"event_loop", "loop-0"}, {"thread", "loop-0"}};

bool on_an_executor_thread(const nlohmann::json& place) {
    return place.at("event_loop").is_null() && place.at("thread").get<std::string>().starts_with("executor-");
}

TEST_CASE("each kind of handler runs where its verb says") {
    testing::App<Hello> app;
    CHECK(json_of(app.get("/async")) == on_the_loop);
    CHECK(json_of(app.get("/inline")) == on_the_loop);
    CHECK(on_an_executor_thread(json_of(app.get("/sync"))));
}

TEST_CASE("the greeting is the operator's, the name the caller's") {
    testing::App<Hello> plain;
    CHECK(plain.get("/hello/Ada").body() == "Hello, Ada!\n");

    testing::App<Hello> bavarian{{{"greeting", "Servus"}, {"pause", "1ms"}}};
    CHECK(bavarian.get("/hello/Ada%20Lovelace").body() == "Servus, Ada Lovelace!\n");
    CHECK(bavarian.unused_settings().empty());
}

TEST_CASE("a setting of the wrong type refuses the plugin") {
    CHECK_THROWS_AS(testing::App<Hello>(nlohmann::json{{"pause", 10}}), SettingsError);
}

TEST_CASE("a path parameter is a number or the caller's mistake") {
    testing::App<Hello> app;
    CHECK(json_of(app.get("/square/-3")).at("square") == 9);
    CHECK(json_of(app.get("/square/2147483647")).at("square") == 4611686014132420609);
    CHECK(app.get("/square/2147483648").status() == http::status::bad_request);
    CHECK(app.get("/square/three").status() == http::status::not_found);
}

TEST_CASE("run_blocking leaves the loop and comes back to it") {
    testing::App<Hello> app;
    const auto places = json_of(app.get("/offload"));
    CHECK(on_an_executor_thread(places.at("inside run_blocking")));
    CHECK(places.at("afterwards") == on_the_loop);
}

TEST_CASE("run_until_complete enters the loop and comes back from it") {
    testing::App<Hello> app;
    const auto places = json_of(app.get("/onload"));
    CHECK(places.at("inside run_until_complete") == on_the_loop);
    CHECK(on_an_executor_thread(places.at("afterwards")));
}

TEST_CASE("run_until_complete on a running loop throws instead of waiting for itself") {
    testing::App<Hello> app;
    const Response refused = app.get("/deadlock");
    CHECK(refused.status() == http::status::conflict);
    CHECK(json_of(refused).at("error").get<std::string>().find("called from a running event loop") !=
          std::string::npos);
}

}  // namespace
