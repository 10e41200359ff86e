#include "http/content_coding.hpp"

#include "http/field_syntax.hpp"

#include <algorithm>
#include <optional>

namespace patchbay {
namespace {

// In thousandths (RFC 9110 §12.4.2); 1000 without one, 0 for one that is malformed.
unsigned weight_of(std::string_view parameters) {
    const std::string_view text = trimmed(parameters);
    if (text.empty()) return 1000;
    if (text.size() < 3 || (text[0] != 'q' && text[0] != 'Q') || text[1] != '=') return 0;
    const std::string_view number = text.substr(2);
    if (number.size() > 5 || (number.size() > 1 && number[1] != '.')) return 0;
    unsigned weight = 0;
    unsigned unit = 1000;
    for (const char c : number) {
        if (c == '.') continue;
        if (c < '0' || c > '9') return 0;
        weight += static_cast<unsigned>(c - '0') * unit;
        unit /= 10;
    }
    return std::min(weight, 1000u);
}

// x-gzip is an old name of gzip (RFC 9110 §8.4.1.3).
bool is_name_of(std::string_view name, std::string_view coding) {
    return equal_ignoring_case(name, coding) || (coding == "gzip" && equal_ignoring_case(name, "x-gzip"));
}

std::optional<unsigned> weight_in(std::string_view list, std::string_view coding) {
    std::optional<unsigned> of_any;
    for (auto element = take_element(list); !element.empty(); element = take_element(list)) {
        const std::size_t semicolon = std::min(element.find(';'), element.size());
        const std::string_view name = trimmed(element.substr(0, semicolon));
        const std::string_view parameters = element.substr(std::min(semicolon + 1, element.size()));
        if (is_name_of(name, coding)) return weight_of(parameters);
        if (name == "*") of_any = weight_of(parameters);
    }
    return of_any;
}

}  // namespace

std::string_view accepted_codings(const Request& request, std::string& joined) {
    std::string_view accepted;
    for (const HeaderField& line : request.headers()) {
        if (line.id != http::field::accept_encoding) continue;
        if (accepted.empty()) {
            accepted = line.value;
        } else {
            joined = std::string{accepted} + ',' + std::string{line.value};
            accepted = joined;
        }
    }
    return accepted;
}

std::string_view preferred_coding(std::string_view accept_encoding,
                                  std::span<const std::string_view> offered) {
    std::string_view best;
    unsigned best_weight = 0;
    for (const std::string_view coding : offered) {
        const unsigned weight = weight_in(accept_encoding, coding).value_or(0);
        if (weight > best_weight) {
            best = coding;
            best_weight = weight;
        }
    }
    const auto identity = weight_in(accept_encoding, "identity");
    return best_weight > 0 && best_weight >= identity.value_or(0) ? best : std::string_view{};
}

}  // namespace patchbay
