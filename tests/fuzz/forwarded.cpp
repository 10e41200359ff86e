// Forwarded and X-Forwarded-*, one header a line: nothing that a client writes changes what the proxy it came
// through adds at the end.
#include "forwarded.hpp"

#include "target.hpp"

#include <algorithm>

namespace patchbay::fuzz {
namespace {

const asio::ip::address proxy = asio::ip::make_address("10.0.0.1");
const asio::ip::address client = asio::ip::make_address("203.0.113.7");

detail::ForwardedFacts facts_of(const std::vector<HeaderField>& fields) {
    detail::RequestData data;
    data.headers = fields;
    data.peer = {proxy, 1};
    require(forwarded_facts(data) == detail::ForwardedFacts{proxy, "", ""}, "nobody is trusted unasked");
    auto trusted = std::make_shared<detail::TrustedProxies>();
    trusted->add(asio::ip::make_address("10.0.0.0"), 8);
    data.trusted_proxies = trusted;
    return forwarded_facts(data);
}

void check(const detail::ForwardedFacts& facts) {
    require(!facts.client || !facts.client->is_unspecified(), "a client has an address");
    require(facts.scheme.empty() || facts.scheme == "http" || facts.scheme == "https", "a known scheme");
    require(facts.host.find_first_of("/\\@?#% \"'<>\r\n") == facts.host.npos, "a host fits into a URL");
}

// As the next proxy does it: to the end of a line, or as one more line.
void check_appended(std::string_view name, std::string_view by_client, const std::string& added) {
    const std::string line = std::string{by_client} + ", " + added;
    for (const auto& fields : {std::vector<HeaderField>{{http::field::unknown, name, line}},
                               std::vector<HeaderField>{{http::field::unknown, name, by_client},
                                                        {http::field::unknown, name, added}}}) {
        const auto facts = facts_of(fields);
        check(facts);
        const bool dropped = name == "Forwarded" && !facts.client;  // malformed: nobody is believed
        require(dropped || facts.client == client, "the proxy's word is the last");
        require(name != "Forwarded" || facts.scheme == (facts.client ? "https" : ""), "its scheme as well");
    }
}

}  // namespace

void forwarded(std::string_view input) {
    std::vector<HeaderField> fields;
    while (!input.empty()) {
        const std::string_view line = take_line(input);
        const std::size_t colon = std::min(line.find(':'), line.size());
        std::string_view value = line.substr(std::min(line.size(), colon + 1));
        while (value.starts_with(' ')) value.remove_prefix(1);
        fields.push_back({http::field::unknown, line.substr(0, colon), value});
        check_appended("X-Forwarded-For", value, "203.0.113.7");
        check_appended("Forwarded", value, "for=203.0.113.7;proto=https");
    }
    check(facts_of(fields));
}

}  // namespace patchbay::fuzz
