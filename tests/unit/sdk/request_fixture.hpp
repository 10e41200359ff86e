// A Request with whatever parts a test gives it, and what a handler would answer with when it throws.
#pragma once

#include <patchbay/problem.hpp>
#include <patchbay/request.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::test {

struct RequestFixture {
    detail::RequestData data;
    Request request{data};
    std::vector<HeaderField> fields;

    /// The views must outlive the fixture, as literals do.
    void header(std::string_view name, std::string_view value) {
        fields.push_back({http::string_to_field(name), name, value});
        data.headers = fields;
    }
};

/// "status text" of the HttpError that `ask` throws.
template <class Ask>
std::string refusal(Ask ask) {
    try {
        ask();
    } catch (const HttpError& error) {
        return std::to_string(static_cast<unsigned>(error.status())) + " " + error.what();
    }
    return "no error";
}

}  // namespace patchbay::test
