#include "fanout.hpp"

#include <stdexcept>

namespace fanout {

using namespace patchbay;

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t milliseconds_since(Clock::time_point began) {
    return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began).count();
}

AllowList allow_list(const Settings& settings) {
    const nlohmann::json& listed = settings.json("allow");
    if (listed.is_null()) return AllowList{{"127.0.0.1", "localhost"}};
    std::vector<std::string> entries;
    if (!listed.is_array()) settings.fail("allow", "must be a list of hosts");
    for (const nlohmann::json& entry : listed) {
        if (!entry.is_string()) settings.fail("allow", "must be a list of hosts");
        entries.push_back(entry.get<std::string>());
    }
    try {
        return AllowList{entries};
    } catch (const std::invalid_argument& error) {
        settings.fail("allow", std::string{"must be a list of hosts: "} + error.what());
    }
}

template <class Value>
Value positive(const Settings& settings, std::string_view key, Value fallback, Value most,
               std::string_view range) {
    const Value value = settings.get(key, fallback);
    if (value <= Value{} || value > most) settings.fail(key, "must be " + std::string{range});
    return value;
}

HttpClientOptions client_options(const Settings& settings) {
    HttpClientOptions options;
    options.timeout =
        positive(settings, "timeout", 2000ms, std::chrono::milliseconds{1min}, "from 1ms to 1m");
    options.max_body =
        positive<std::size_t>(settings, "max_body", 1 << 20, 64 << 20, "from 1 to 67108864 bytes");
    options.user_agent = "patchbay-fanout";
    return options;
}

}  // namespace

Fanout::Fanout(const Settings& settings)
    : allowed_{allow_list(settings)},
      max_calls_{positive<std::size_t>(settings, "max_calls", 8, 64, "from 1 to 64")},
      client_{client_options(settings)} {}

void Fanout::add_handlers(Handlers& handlers) {
    handlers.async("fanout", [this](Request& request) { return fan_out(request); }).route("GET /fanout");
}

Task<Response> Fanout::fan_out(Request& request) {
    const auto began = Clock::now();
    std::vector<Task<nlohmann::json>> calls;
    for (Target& target : targets_of(request)) calls.push_back(call(std::move(target)));
    const nlohmann::json results = co_await when_all(std::move(calls));
    co_return Response::json({{"milliseconds", milliseconds_since(began)}, {"results", results}});
}

Task<nlohmann::json> Fanout::call(Target target) {
    const auto began = Clock::now();
    nlohmann::json result;
    result["url"] = target.url;
    // Caught here: when_all() cancels the other calls when one of its tasks throws.
    try {
        const ClientResponse answer = co_await client_.send(std::move(target.request));
        result["status"] = answer.status_code();
        result["bytes"] = answer.body().size();
    } catch (const HttpClientError& error) {
        result["error"] = error.what();
    }
    result["milliseconds"] = milliseconds_since(began);
    co_return result;
}

std::vector<Fanout::Target> Fanout::targets_of(const Request& request) const {
    std::vector<Target> targets;
    for (const auto& [name, url] : request.query_pairs()) {
        if (name != "url") throw HttpError{http::status::bad_request, "the only query parameter is 'url'"};
        try {
            targets.push_back({url, ClientRequest{http::verb::get, url}});
        } catch (const std::invalid_argument& error) {
            throw HttpError{http::status::bad_request, "can't call '" + url + "': " + error.what()};
        }
        const ClientRequest& call = targets.back().request;
        if (!allowed_.allows(call.host(), call.port())) {
            throw HttpError{http::status::forbidden, "calls to '" + call.authority() + "' are not allowed"};
        }
        if (targets.size() > max_calls_) {
            throw HttpError{http::status::bad_request,
                            "at most " + std::to_string(max_calls_) + " URLs at once"};
        }
    }
    if (targets.empty()) {
        throw HttpError{http::status::bad_request, "say what to call: /fanout?url=http://...&url=http://..."};
    }
    return targets;
}

}  // namespace fanout

PATCHBAY_PLUGIN(fanout::Fanout, "fanout", "1.0.0");
