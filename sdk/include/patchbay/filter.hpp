// Filters: a plugin's code around handlers, its own and those of other plugins, where the operator's YAML
// puts it. Declared in Plugin::add_handlers(), as handlers are.
#pragma once

#include <patchbay/detail/handler_function.hpp>
#include <patchbay/export.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>
#include <patchbay/task.hpp>

#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <type_traits>
#include <utility>

namespace patchbay {

namespace detail {

/// At most one `before` is set, and at most one `after`.
struct FilterEntry {
    std::string name;
    std::function<std::optional<Response>(Request&)> before;
    std::function<Task<std::optional<Response>>(Request&)> before_async;
    std::function<void(Request&, Response&)> after;
    std::function<Task<>(Request&, Response&)> after_async;
    std::source_location where;
};

/// A `before` that never answers, as one that might.
template <class Function>
struct PassingBefore {
    Function function;
    std::optional<Response> operator()(Request& request) {
        function(request);
        return std::nullopt;
    }
};
template <class Function>
struct PassingAsyncBefore {
    Function function;
    Task<std::optional<Response>> operator()(Request& request) {
        co_await function(request);
        co_return std::nullopt;
    }
};

}  // namespace detail

/// A filter just declared. Its functions run on the plugin's event loop, under the same promise as async and
/// inline handlers; a plain one must not block (`co_await run_blocking(...)` is the way). What they throw is
/// answered as a handler's exception is. They live as long as the generation of the plugin.
class PATCHBAY_API FilterRef {
public:
    explicit FilterRef(detail::FilterEntry& entry) noexcept : entry_{&entry} {}

    /// Runs before the filters that follow and the handler: a plain function of `Request&`, or a coroutine.
    /// Returning nothing it lets the request pass; a std::optional<Response> that holds one is the answer,
    /// and what follows does not run. The whole body is there, unless the handler has streams_body().
    /// Errors: std::logic_error when the filter has one already, for both.
    template <class Function>
    FilterRef& before(Function function) {
        if constexpr (std::is_member_pointer_v<Function>) {
            detail::refuse_member_function<Function>();
        } else if constexpr (!std::is_invocable_v<Function&, Request&>) {
            static_assert(std::is_invocable_v<Function&, Request&>,
                          "patchbay: a filter's before takes exactly one parameter, Request&");
        } else {
            using Result = std::invoke_result_t<Function&, Request&>;
            if constexpr (std::is_same_v<Result, std::optional<Response>>) {
                fresh(Part::before).before = std::move(function);
            } else if constexpr (std::is_same_v<Result, Task<std::optional<Response>>>) {
                fresh(Part::before).before_async = std::move(function);
            } else if constexpr (std::is_void_v<Result>) {
                fresh(Part::before).before = detail::PassingBefore<Function>{std::move(function)};
            } else if constexpr (std::is_same_v<Result, Task<>>) {
                fresh(Part::before).before_async = detail::PassingAsyncBefore<Function>{std::move(function)};
            } else {
                static_assert(
                    std::is_void_v<Result>,
                    "patchbay: a filter's before returns nothing or std::optional<Response>, or is a "
                    "coroutine that returns Task<> or Task<std::optional<Response>>");
            }
        }
        return *this;
    }

    /// Runs after the handler, in the reverse order, with every answer to a request that this filter's before
    /// has let pass or has answered itself, errors included: a plain function of `Request&` and `Response&`,
    /// which it may change or replace, or a coroutine. A file or a stream has its head alone here. What
    /// cannot wait for it is not seen: a 504 when the time is up, and the end of the connection; what must be
    /// undone then belongs into the destructor of an attached value.
    template <class Function>
    FilterRef& after(Function function) {
        if constexpr (std::is_member_pointer_v<Function>) {
            detail::refuse_member_function<Function>();
        } else if constexpr (!std::is_invocable_v<Function&, Request&, Response&>) {
            static_assert(std::is_invocable_v<Function&, Request&, Response&>,
                          "patchbay: a filter's after takes exactly two parameters, Request& and Response&");
        } else {
            using Result = std::invoke_result_t<Function&, Request&, Response&>;
            if constexpr (std::is_void_v<Result>) {
                fresh(Part::after).after = std::move(function);
            } else if constexpr (std::is_same_v<Result, Task<>>) {
                fresh(Part::after).after_async = std::move(function);
            } else {
                static_assert(std::is_void_v<Result>,
                              "patchbay: a filter's after changes the Response& it is given and returns "
                              "nothing, or is a coroutine that returns Task<>");
            }
        }
        return *this;
    }

private:
    enum class Part : bool { before, after };
    detail::FilterEntry& fresh(Part part) const;

    detail::FilterEntry* entry_;
};

}  // namespace patchbay
