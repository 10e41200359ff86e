// What may be given to Handlers::async(), blocking() and inline_(), and the sentences for what may not.
#pragma once

#include <patchbay/request.hpp>

#include <exception>
#include <type_traits>

namespace patchbay::detail {

template <class Function>
constexpr void refuse_member_function() {
    static_assert(!std::is_member_pointer_v<Function>,
                  "patchbay: a member function needs its object: give a lambda that calls it, such as "
                  "[this](Request& request) { return show(request); }");
}

template <class Function>
inline constexpr bool takes_request = std::is_invocable_v<Function&, Request&>;
/// Not of a generic lambda, nor of one whose body has an error.
template <class Function>
inline constexpr bool has_known_parameters = !std::is_class_v<Function>;
template <class Function>
    requires requires { &Function::operator(); }
inline constexpr bool has_known_parameters<Function> = true;

/// For what can't be called with a Request&: says why, when it is compiled.
template <class Function>
[[noreturn]] void refuse_parameters() {
    if constexpr (std::is_member_pointer_v<Function>) {
        refuse_member_function<Function>();
    } else if constexpr (has_known_parameters<Function>) {
        static_assert(takes_request<Function>, "patchbay: a handler takes exactly one parameter, Request&");
    } else {
        static_assert(takes_request<Function>,
                      "patchbay: a handler takes exactly one parameter, Request&; if this one does, its body "
                      "has an error, which the compiler names on its own");
    }
    std::terminate();
}

template <class Function, class Result>
inline constexpr bool returns = std::is_same_v<std::invoke_result_t<Function&, Request&>, Result>;

}  // namespace patchbay::detail
