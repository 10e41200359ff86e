// Cookie header lines, one a line of input: what they hold, and what a response may set comes back as it was.
#include "target.hpp"

#include <patchbay/cookie.hpp>
#include <patchbay/request.hpp>

#include <algorithm>
#include <stdexcept>

namespace patchbay::fuzz {
namespace {

bool lies_in(std::string_view part, std::string_view whole) {
    return part.empty() ||
           (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

// A browser gives name=value back, among others.
void check_set(std::string_view name, std::string_view value) {
    std::string line;
    try {
        line = to_string(Cookie{.name = std::string{name}, .value = std::string{value}, .secure = true});
    } catch (const std::invalid_argument&) {
        return;
    }
    require(std::all_of(line.begin(), line.end(), [](char c) { return c >= 0x20 && c < 0x7f; }), "one line");
    const std::string pair = line.substr(0, line.find(';'));
    const std::string sent = "other=1; " + pair + "; last";
    const HeaderField field{http::field::cookie, "Cookie", sent};
    detail::RequestData data;
    data.headers = {&field, 1};
    if (name == "other") return;
    require(Request{data}.cookie(name) == value, "a cookie that was set comes back");
    require(Request{data}.cookies().size() == 3, "a cookie that was set is one");
}

}  // namespace

void cookie(std::string_view input) {
    const std::string_view whole = input;
    std::vector<HeaderField> fields;
    while (!input.empty()) fields.push_back({http::field::cookie, "Cookie", take_line(input)});
    detail::RequestData data;
    data.headers = fields;
    const Request request{data};
    const auto cookies = request.cookies();
    for (auto at = cookies.begin(); at != cookies.end(); ++at) {
        const auto& [name, value] = *at;
        require(lies_in(name, whole) && lies_in(value, whole), "views are of the header");
        require(name.find_first_of(";=") == name.npos && value.find(';') == value.npos,
                "separators separate");
        const auto first = std::find_if(cookies.begin(), cookies.end(),
                                        [&](const auto& other) { return other.first == at->first; });
        require(request.cookie(name) == first->second, "the first of a name is found");
        check_set(name, value);
    }
}

}  // namespace patchbay::fuzz
