// What a plugin makes of the exceptions and error answers of its own handlers. Owned by its Handlers; runs
// where the handler ran.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace patchbay::detail {

/// Thread-safety: immutable once the plugin has declared everything.
struct PATCHBAY_API ErrorHandlers {
    using Translation = std::function<std::optional<Response>(Request&, const std::exception_ptr&)>;
    using Page = std::function<void(Request&, Response&)>;

    std::vector<Translation> translations;  ///< in the order declared; the first that fits is it
    std::vector<std::pair<http::status, Page>> pages;

    bool empty() const noexcept { return translations.empty() && pages.empty(); }
    /// Errors: what the translation throws.
    std::optional<Response> translate(Request& request, const std::exception_ptr& error) const;
    /// Errors: what the page throws.
    void apply(Request& request, Response& response) const;
};

template <class Error, class Function>
struct TranslationOf {
    Function function;
    std::optional<Response> operator()(Request& request, const std::exception_ptr& error) {
        try {
            std::rethrow_exception(error);
        } catch (const Error& known) {
            return function(request, known);
        } catch (...) {
            return std::nullopt;
        }
    }
};

}  // namespace patchbay::detail
