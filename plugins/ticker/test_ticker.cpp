// A plugin of one file is tested by including it. What a stream gives while a reload is under way takes a
// server: tests/integration/test_examples.cpp.
#include "ticker.cpp"

#include <patchbay/testing.hpp>

#include <catch2/catch.hpp>

namespace {

// The plugin, and beside it in the same App a handler that follows its channel to an end.
class Watched final : public Plugin {
public:
    explicit Watched(const Settings& settings) : ticker_{settings} {}

    void add_handlers(Handlers& handlers) override {
        ticker_.add_handlers(handlers);
        handlers.async("three", [](Request&) { return three(); }).route("GET /three");
    }
    void start() override { ticker_.start(); }

private:
    static Task<Response> three() {
        const Channel channel{"ticker"};
        Subscription ticks = channel.subscribe({.after = channel.last_id()});
        nlohmann::json numbers = nlohmann::json::array();
        while (numbers.size() < 3) {
            const auto tick = co_await ticks.receive();
            numbers.push_back(read_tick(tick->text()).number);
        }
        co_return Response::json(numbers);
    }

    Ticker ticker_;
};

TEST_CASE("the page leads to the stream") {
    testing::App<Ticker> app;
    const Response page = app.get("/ticker");
    CHECK(page.content_type() == "text/html; charset=utf-8");
    CHECK(page.body().find("<body data-events=\"/ticker/events\">") != std::string::npos);
}

TEST_CASE("a tick is the same when it is read again") {
    const Tick tick = read_tick(to_text({41, 12'34}));
    CHECK(tick.number == 41);
    CHECK(tick.cents == 12'34);
}

TEST_CASE("an id that no stream has given is none") {
    CHECK(read_id("1796090105806761") == 1796090105806761);
    for (const char* text : {"", "-1", "17x", " 17", "18446744073709551616"}) CHECK_FALSE(read_id(text));
}

TEST_CASE("ticks come one number after another, for as long as the plugin serves") {
    testing::App<Watched> app{{{"every", "10ms"}}};
    const nlohmann::json numbers = nlohmann::json::parse(app.get("/three").body());
    CHECK(numbers.at(1) == numbers.at(0).get<int>() + 1);
    CHECK(numbers.at(2) == numbers.at(0).get<int>() + 2);
    app.close();  // throws when something is left
}

TEST_CASE("an interval out of range refuses the plugin") {
    for (const char* every : {"9ms", "-1s"})
        CHECK_THROWS_AS(testing::App<Ticker>(nlohmann::json{{"every", every}}), SettingsError);
}

}  // namespace
