// Accept, Accept-Language, Accept-Encoding and media types: the choice is one of the offers, what is written
// twice counts once, and a media type reads the same when it is written anew.
#include "field_syntax.hpp"
#include "header_rules.hpp"
#include "http/content_coding.hpp"
#include "target.hpp"

#include <patchbay/media_type.hpp>
#include <patchbay/negotiation.hpp>

#include <algorithm>
#include <array>

namespace patchbay::fuzz {
namespace {

constexpr std::array<std::string_view, 4> types{"text/html", "application/json", "text/plain; charset=utf-8",
                                                "image/png; a=b"};
constexpr std::array<std::string_view, 4> languages{"en", "de-AT", "de", "zh-Hant-TW"};

void check_media_type(std::string_view input) {
    const auto type = parse_media_type(input);
    if (!type) return;
    std::string anew = type->name;
    for (const auto& [name, value] : type->parameters) {
        require(detail::is_token(name), "a parameter's name is a token");
        anew.append("; ").append(name).append("=").append(detail::quoted(value));
    }
    const auto again = parse_media_type(anew);
    require(again && again->name == type->name && again->parameters == type->parameters, "the same anew");
}

template <class Choose>
void check_choice(std::string_view input, std::span<const std::string_view> offers, Choose choose) {
    const auto best = choose(input, offers);
    if (best) {
        const auto is_best = [&](std::string_view offer) { return offer.data() == best->data(); };
        require(std::any_of(offers.begin(), offers.end(), is_best), "the choice is one of the offers");
        const std::array<std::string_view, 1> alone{*best};
        require(choose(input, alone) == best, "the choice is also taken when it is alone");
    }
    if (std::count(input.begin(), input.end(), '"') > 0) return;  // a quote that is open would take the rest
    const std::string twice = std::string{input} + " ,, " + std::string{input};
    require(choose(twice, offers) == best, "what is said twice counts once");
}

}  // namespace

void accept(std::string_view input) {
    if (input.size() > 2048) return;
    check_media_type(input);
    check_choice(input, types, best_media_type);
    check_choice(input, languages, best_language);
    const std::string_view coding = preferred_coding(input, {"br", "gzip", "zstd"});
    require(coding.empty() || coding == "br" || coding == "gzip" || coding == "zstd", "one of the codings");
    if (!coding.empty()) require(preferred_coding(input, {coding}) == coding, "also when it is alone");
    require(preferred_coding(std::string{input} + "," + std::string{input}, {"br", "gzip", "zstd"}) == coding,
            "what is said twice counts once");
}

}  // namespace patchbay::fuzz
