#include "fanout.hpp"

#include "http_get.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

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

}  // namespace

Fanout::Fanout(const Settings& settings)
    : allowed_{allow_list(settings)},
      timeout_{positive(settings, "timeout", 2000ms, std::chrono::milliseconds{1min}, "from 1ms to 1m")},
      max_calls_{positive<std::size_t>(settings, "max_calls", 8, 64, "from 1 to 64")},
      max_body_{positive<std::size_t>(settings, "max_body", 1 << 20, 64 << 20, "from 1 to 67108864 bytes")} {}

void Fanout::start() { allowed_.resolve(); }

void Fanout::add_handlers(Handlers& handlers) {
    handlers.async("fanout", [this](Request& request) { return fan_out(request); }).route("GET /fanout");
}

Task<Response> Fanout::fan_out(Request& request) {
    const auto began = Clock::now();
    const std::vector<Target> targets = targets_of(request);
    std::vector<Task<nlohmann::json>> calls;
    for (const Target& target : targets) calls.push_back(call(target));
    const nlohmann::json results = co_await when_all(std::move(calls));
    co_return Response::json({{"milliseconds", milliseconds_since(began)}, {"results", results}});
}

Task<nlohmann::json> Fanout::call(const Target& target) {
    const auto began = Clock::now();
    nlohmann::json result;
    result["url"] = target.url;
    // Caught here: when_all() cancels the other calls when one of its tasks throws.
    try {
        const Fetched fetched =
            co_await with_timeout(http_get(target, allowed_.endpoints(target), max_body_), timeout_);
        result["status"] = fetched.status;
        result["bytes"] = fetched.bytes;
    } catch (const TimedOut&) {
        result["error"] = "no complete answer within " + std::to_string(timeout_.count()) + " ms";
    } catch (const boost::system::system_error& error) {
        if (error.code() == asio::error::operation_aborted) throw;  // the whole request is cancelled
        result["error"] = error.code().message();
    }
    result["milliseconds"] = milliseconds_since(began);
    co_return result;
}

std::vector<Target> Fanout::targets_of(const Request& request) const {
    std::vector<Target> targets;
    for (const auto& [name, url] : request.query_pairs()) {
        if (name != "url") throw HttpError{http::status::bad_request, "the only query parameter is 'url'"};
        try {
            targets.push_back(Target::parse(url));
        } catch (const std::invalid_argument& error) {
            throw HttpError{http::status::bad_request, "can't call '" + url + "': " + error.what()};
        }
        if (allowed_.endpoints(targets.back()).empty()) {
            throw HttpError{http::status::forbidden,
                            "calls to '" + targets.back().authority + "' are not allowed"};
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
