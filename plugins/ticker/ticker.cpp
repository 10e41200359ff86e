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
    // A reload and a shutdown wait for a task that sleeps so long.
    if (every < 10ms || every > 10s) settings.fail("every", "must be from 10ms to 10s");
    return every;
}

class Ticker final : public Plugin {
public:
    explicit Ticker(const Settings& settings) : every_{interval(settings)} {}

    void add_handlers(Handlers& handlers) override {
        handlers
            .inline_("page",
                     [](Request& request) { return Response::html(ticker::page(request.url_for("events"))); })
            .route("GET /ticker");
        handlers.async("events", [this](Request& request) { return events(request); })
            .route("GET /ticker/events");
    }

private:
    // Counts a stream for as long as its coroutine lives.
    class Listener {
    public:
        explicit Listener(int& count) : count_{count} { ++count_; }
        ~Listener() { --count_; }
        Listener(const Listener&) = delete;
        Listener& operator=(const Listener&) = delete;

    private:
        int& count_;
    };

    Task<Response> events(Request& request) {
        const std::optional<std::uint64_t> seen = read_id(request.last_event_id().value_or(""));
        const std::uint64_t newest = ticks_.last_id() - 1;  // whoever is new gets the newest tick at once
        co_return Response::events([this, after = seen.value_or(newest), returns = seen.has_value()](
                                       EventWriter& out) { return follow(out, after, returns); });
    }

    Task<> follow(EventWriter& out, std::uint64_t after, bool returns) {
        const Listener listener{listeners_};
        if (!std::exchange(ticking_, true)) spawn(tick());
        // A client that is too slow is not made to lose ticks: its stream ends, and it comes back for them.
        Subscription ticks = ticks_.subscribe({.when_full = SlowSubscriber::end, .after = after});
        if (returns && ticks.missed()) co_await out.send(ServerEvent{"the history is shorter"}.type("gap"));
        while (const auto tick = co_await ticks.receive())
            co_await out.send(ServerEvent{tick->text()}.id(std::to_string(tick->id())));
    }

    // Ticks while this generation has listeners. After a reload the old generation may have some too, and
    // then each runs this: who finds that nobody has ticked since it last looked, does. Both are on the
    // plugin's home loop, and nothing is awaited between that look and publish(), so no tick is published
    // twice.
    Task<> tick() {
        std::uint64_t seen = 0;
        while (listeners_ > 0) {
            const Tick last = co_await newest();
            if (ticks_.last_id() == seen) ticks_.publish(to_text(next_after(last)));
            seen = ticks_.last_id();
            co_await sleep_for(every_);
        }
        ticking_ = false;
    }

    // The numbers count on from what the channel has, whoever has published it.
    Task<Tick> newest() {
        Subscription ticks = ticks_.subscribe({.after = ticks_.last_id() - 1});
        if (ticks.missed()) co_return Tick{};  // there is none yet
        const auto message = co_await ticks.receive();
        co_return read_tick(message->text());
    }

    Tick next_after(const Tick& last) {
        const std::int64_t change = std::uniform_int_distribution{-50, 50}(random_);
        return {last.number + 1, std::max<std::int64_t>(last.cents + change, 1)};
    }

    const std::chrono::milliseconds every_;
    Channel ticks_{"ticker", {.history = 1000}};  // the host's: it outlives this object
    int listeners_ = 0;                           // streams of this generation
    bool ticking_ = false;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

PATCHBAY_PLUGIN(Ticker, "ticker", "1.0.0");
