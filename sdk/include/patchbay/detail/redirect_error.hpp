// asio::redirect_error around use_task. Asio 1.81's own wrapper asks the inner token for a result type that
// doesn't depend on the operation, which no lazy token has.
#pragma once

#include <boost/asio/associator.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/error_code.hpp>

#include <type_traits>
#include <utility>

namespace patchbay {

struct UseTask;

namespace detail {

template <class Handler>
struct RedirectedHandler {
    boost::system::error_code* error;
    Handler handler;

    template <class... Args>
    void operator()(const boost::system::error_code& result, Args&&... args) {
        *error = result;
        std::move(handler)(std::forward<Args>(args)...);
    }
};

template <class Initiation>
struct RedirectedInitiation {
    boost::system::error_code* error;
    Initiation initiation;

    template <class Handler, class... Args>
    void operator()(Handler&& handler, Args&&... args) && {
        std::move(initiation)(RedirectedHandler<std::decay_t<Handler>>{error, std::forward<Handler>(handler)},
                              std::forward<Args>(args)...);
    }
};

}  // namespace detail
}  // namespace patchbay

template <template <class, class> class Associator, class Handler, class Default>
struct boost::asio::associator<Associator, patchbay::detail::RedirectedHandler<Handler>, Default>
    : Associator<Handler, Default> {
    using Redirected = patchbay::detail::RedirectedHandler<Handler>;
    static auto get(const Redirected& redirected) noexcept {
        return Associator<Handler, Default>::get(redirected.handler);
    }
    static auto get(const Redirected& redirected, const Default& fallback) noexcept {
        return Associator<Handler, Default>::get(redirected.handler, fallback);
    }
};

template <class R, class... Results>
struct boost::asio::async_result<boost::asio::redirect_error_t<patchbay::UseTask>,
                                 R(boost::system::error_code, Results...)> {
    template <class Initiation, class Token, class... Args>
    static auto initiate(Initiation&& initiation, Token&& token, Args&&... args) {
        using Redirected = patchbay::detail::RedirectedInitiation<std::decay_t<Initiation>>;
        return async_initiate<const deferred_t&, R(Results...)>(
            Redirected{&token.ec_, std::forward<Initiation>(initiation)}, deferred,
            std::forward<Args>(args)...);
    }
};
