#include "form_encoding.hpp"
#include "testing_host.hpp"
#include "testing_request.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

namespace patchbay::testing {

using patchbay::detail::ControlScope;
using patchbay::detail::FakeHost;
using patchbay::detail::FakeRequest;

struct AppBase::State {
    State(nlohmann::json values, Options given)
        : options{std::move(given)}, settings{std::move(values), options.plugin}, host{options} {}

    const Options options;
    const Settings settings;
    FakeHost host;
    std::unique_ptr<Plugin> plugin;
    std::unique_ptr<Handlers> handlers = std::make_unique<Handlers>();
    bool started = false;
    bool closed = false;
};

namespace {

[[noreturn]] void give_up(const std::string& why) {
    std::fprintf(stderr, "%s\n", why.c_str());
    std::abort();
}

// As the host refuses such a plugin.
void check_filters(const std::vector<std::string>& names, const Handlers& handlers, const std::string& who) {
    const auto& known = handlers.filters();
    for (const std::string& name : names) {
        if (std::none_of(known.begin(), known.end(), [&](const auto& filter) { return filter.name == name; }))
            throw std::invalid_argument{who + ": the plugin has no filter '" + name + "'"};
    }
}

}  // namespace

AppBase::AppBase(nlohmann::json settings, Options options)
    : state_{std::make_unique<State>(std::move(settings), std::move(options))} {}

AppBase::~AppBase() {
    if (!state_) return;  // close() has left it to whoever still uses it
    try {
        close();
    } catch (const std::exception& error) {
        give_up(error.what());
    }
}

void AppBase::load(Create create) {
    State& state = *state_;
    const ControlScope scope{state.host};
    state.plugin.reset(create(state.settings));
    state.plugin->add_handlers(*state.handlers);
    patchbay::detail::check_routes(*state.handlers);
    check_filters(state.options.filters, *state.handlers, "Options::filters");
    for (const auto& handler : state.handlers->entries())
        check_filters(handler.filters, *state.handlers, "handler '" + handler.name + "'");
    for (const auto& handler : state.handlers->entries())
        for (const auto& route : handler.routes)
            state.host.route_names().add(state.options.plugin + '.' + handler.name, route.pattern);
    state.plugin->start();
    state.started = true;
}

Plugin& AppBase::loaded() noexcept { return *state_->plugin; }

void AppBase::close() {
    if (!state_ || std::exchange(state_->closed, true)) return;
    State& state = *state_;
    bool quiet = state.host.retire();
    if (quiet && state.started) {
        state.host.publish();
        state.host.ending();
        {
            const ControlScope scope{state.host};
            try {
                state.plugin->stop();
            } catch (const std::exception& error) {
                patchbay::log(LogLevel::error, std::string{"stop() failed: "} + error.what());
            } catch (...) {
                patchbay::log(LogLevel::error, "stop() failed with what is no std::exception");
            }
        }
        quiet = state.host.retire();
    }
    if (!quiet) {
        const std::string why = state.host.whats_left();
        [[maybe_unused]] const State* const left = state_.release();  // its threads still run in there
        throw std::runtime_error{why};
    }
    const ControlScope scope{state.host};
    state.handlers.reset();
    state.plugin.reset();
    state.host.join();
}

Response AppBase::request(RequestOptions options) {
    if (patchbay::detail::thread_state.kind == patchbay::detail::ThreadKind::event_loop) {
        throw std::logic_error{
            "patchbay: testing::App::request() was called on an event loop, which would wait for itself"};
    }
    if (!state_ || state_->closed) throw std::logic_error{"patchbay: the testing::App is closed"};
    auto request = std::make_shared<FakeRequest>(state_->host, std::move(options));
    return FakeRequest::answer(request, *state_->handlers, state_->options.filters,
                               state_->options.request_limit);
}

Response AppBase::get(std::string_view target, Headers headers) {
    return request({http::verb::get, std::string{target}, std::move(headers), {}});
}

Response AppBase::post(std::string_view target, std::string body, Headers headers) {
    return request({http::verb::post, std::string{target}, std::move(headers), std::move(body)});
}

Response AppBase::post_json(std::string_view target, const nlohmann::json& body, Headers headers) {
    headers.emplace_back("Content-Type", "application/json");
    return post(target, body.dump(), std::move(headers));
}

Response AppBase::post_form(std::string_view target, const Fields& fields, Headers headers) {
    headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
    return post(target, patchbay::detail::encode_form(fields), std::move(headers));
}

std::pair<std::string, std::string> cookies(const Fields& pairs) {
    std::string line;
    for (const auto& [name, value] : pairs)
        line.append(line.empty() ? "" : "; ").append(name).append("=").append(value);
    return {"Cookie", std::move(line)};
}

std::vector<LogLine> AppBase::log() const {
    return state_ ? state_->host.log_lines() : std::vector<LogLine>{};
}
std::vector<Headers> AppBase::early_hints() const {
    return state_ ? state_->host.hints() : std::vector<Headers>{};
}
long AppBase::leases() const noexcept { return state_ ? state_->host.leases() : 0; }
std::vector<std::string> AppBase::unused_settings() const { return state_->settings.unused(); }

LoopScope::LoopScope()
    : host_{std::make_unique<FakeHost>(Options{})},
      previous_{std::exchange(patchbay::detail::thread_state, host_->control_thread())} {}

LoopScope::~LoopScope() {
    patchbay::detail::thread_state = previous_;
    if (!host_->retire()) give_up(host_->whats_left());
}

}  // namespace patchbay::testing
