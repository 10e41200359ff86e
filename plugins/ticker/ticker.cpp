#include "page.hpp"

#include <patchbay/plugin.hpp>

#include <algorithm>
#include <charconv>
#include <optional>
#include <random>
#include <utility>

using namespace patchbay;

namespace {

struct Tick {
    std::uint64_t number = 0;
    std::int64_t cents = 100'00;
};

std::string to_text(const Tick& tick) {
    return nlohmann::json{{"number", tick.number}, {"cents", tick.cents}}.dump();
}

Tick read_tick(std::string_view text) {
    const auto json = nlohmann::json::parse(text);
    return {json.at("number").get<std::uint64_t>(), json.at("cents").get<std::int64_t>()};
}

std::optional<std::uint64_t> read_id(std::string_view text) {
    std::uint64_t id = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return id;
}

std::chrono::milliseconds interval(const Settings& settings) {
    const auto every = settings.get("every", 1000ms);
    if (every < 10ms) settings.fail("every", "must be 10ms at least");
    return every;
}

class Ticker final : public Plugin {
public:
    explicit Ticker(const Settings& settings) : every_{interval(settings)} {}

    void start() override { spawn_while_serving(tick()); }

    void add_handlers(Handlers& handlers) override {
        handlers
            .inline_("page",
                     [](Request& request) { return Response::html(ticker::page(request.url_for("events"))); })
            .route("GET /ticker");
        handlers.async("events", [this](Request& request) { return events(request); })
            .route("GET /ticker/events");
    }

private:
    Task<Response> events(Request& request) {
        const std::optional<std::uint64_t> seen = read_id(request.last_event_id().value_or(""));
        const std::uint64_t newest = ticks_.last_id() - 1;  // whoever is new gets the newest tick at once
        co_return Response::events([this, after = seen.value_or(newest), returns = seen.has_value()](
                                       EventWriter& out) { return follow(out, after, returns); });
    }

    Task<> follow(EventWriter& out, std::uint64_t after, bool returns) {
        // A client that is too slow is not made to lose ticks: its stream ends, and it comes back for them.
        Subscription ticks = ticks_.subscribe({.when_full = SlowSubscriber::end, .after = after});
        if (returns && ticks.missed()) co_await out.send(ServerEvent{"the history is shorter"}.type("gap"));
        while (const auto tick = co_await ticks.receive())
            co_await out.send(ServerEvent{tick->text()}.id(std::to_string(tick->id())));
    }

    // The numbers count on from what the channel has, whichever generation has published it. All of them
    // share the plugin's home loop, and nothing is awaited between the look and publish(): no number comes
    // twice.
    Task<> tick() {
        for (;;) {
            co_await sleep_for(every_);
            const auto last = ticks_.newest();
            ticks_.publish(to_text(next_after(last ? read_tick(last->text()) : Tick{})));
        }
    }

    Tick next_after(const Tick& last) {
        const std::int64_t change = std::uniform_int_distribution{-50, 50}(random_);
        return {last.number + 1, std::max<std::int64_t>(last.cents + change, 1)};
    }

    const std::chrono::milliseconds every_;
    Channel ticks_{"ticker", {.history = 1000}};  // the host's: it outlives this object
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

PATCHBAY_PLUGIN(Ticker, "ticker", "1.0.0");
