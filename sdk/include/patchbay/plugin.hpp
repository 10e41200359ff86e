// What a plugin's source includes. Write a class, declare its handlers, name it with PATCHBAY_PLUGIN: see the
// README.
#pragma once

#include <patchbay/blocking.hpp>
#include <patchbay/channel.hpp>
#include <patchbay/descriptor.hpp>
#include <patchbay/event_loop.hpp>
#include <patchbay/events.hpp>
#include <patchbay/export.hpp>
#include <patchbay/handlers.hpp>
#include <patchbay/http_client.hpp>
#include <patchbay/http_error.hpp>
#include <patchbay/log.hpp>
#include <patchbay/negotiation.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/schedule.hpp>
#include <patchbay/session.hpp>
#include <patchbay/settings.hpp>
#include <patchbay/shielded.hpp>
#include <patchbay/sleep.hpp>
#include <patchbay/spawn.hpp>
#include <patchbay/task.hpp>
#include <patchbay/task_group.hpp>
#include <patchbay/templates.hpp>
#include <patchbay/upload_folder.hpp>

#include <nlohmann/json.hpp>

#include <type_traits>

namespace patchbay {

/// One object a generation, made and destroyed by the host. Keep all state in it: globals die with the
/// generation too, but nothing tells you when. The constructor may take `const Settings&`, or nothing.
/// Threads: constructor, add_handlers(), start(), stop() and destructor are called one after the other on
/// threads that may block, never on an event loop; what they throw refuses the generation (constructor,
/// add_handlers, start) or is logged (stop).
class PATCHBAY_API Plugin {
public:
    Plugin() = default;
    Plugin(const Plugin&) = delete;
    Plugin& operator=(const Plugin&) = delete;
    virtual ~Plugin();

    /// Called once after the constructor: declare here every handler. Lifetime: `handlers` is the host's, and
    /// goes before this object does.
    virtual void add_handlers(Handlers& handlers) = 0;

    /// Called once before the first request, within the operator's plugins.load_timeout.
    virtual void start() {}
    /// Called once after the last request has ended and every task is gone, also when start() has thrown; not
    /// when the constructor or add_handlers() has. Join here every thread the plugin started.
    virtual void stop() {}
};

namespace detail {

template <class Type>
Plugin* create_plugin(const Settings& settings) {
    static_assert(std::is_base_of_v<Plugin, Type>,
                  "patchbay: the class given to PATCHBAY_PLUGIN must derive from patchbay::Plugin");
    static_assert(!std::is_abstract_v<Type>,
                  "patchbay: the class given to PATCHBAY_PLUGIN must override add_handlers(Handlers&)");
    if constexpr (std::is_constructible_v<Type, const Settings&>) {
        return new Type(settings);
    } else {
        static_assert(std::is_default_constructible_v<Type>,
                      "patchbay: a plugin's constructor takes const Settings&, or nothing");
        return new Type();
    }
}

}  // namespace detail
}  // namespace patchbay

// PATCHBAY_PLUGIN(Class, "name", "version") or PATCHBAY_PLUGIN(Class, "name", "version",
// patchbay::Concurrency::parallel)
//
// Once in a plugin, at namespace scope. Writes the descriptor that the host reads before it loads the file,
// and the two entry points: both trivial, since g++ 12 can't assemble more in an extern "C" function.
#define PATCHBAY_PLUGIN(Class, name, ...)                                                               \
    PATCHBAY_DETAIL_DESCRIPTOR(name, __VA_ARGS__, ::patchbay::Concurrency::home_loop, unused)           \
    extern "C" PATCHBAY_API ::patchbay::Plugin* patchbay_plugin_create(                                 \
        const ::patchbay::Settings& settings) {                                                         \
        return ::patchbay::detail::create_plugin<Class>(settings);                                      \
    }                                                                                                   \
    extern "C" PATCHBAY_API void patchbay_plugin_destroy(::patchbay::Plugin* plugin) { delete plugin; } \
    static_assert(true, "")

// Fills in the concurrency that PATCHBAY_PLUGIN's user left out.
#define PATCHBAY_DETAIL_DESCRIPTOR(name, version, concurrency, ...) \
    PATCHBAY_DESCRIPTOR(name, version, concurrency)
