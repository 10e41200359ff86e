#include "field_syntax.hpp"
#include "header_rules.hpp"

#include <patchbay/media_type.hpp>
#include <patchbay/negotiation.hpp>

#include <algorithm>
#include <charconv>
#include <stdexcept>
#include <vector>

namespace patchbay {
namespace {

// How much a client likes an offer, and how exactly it has named it.
struct Liking {
    double quality = 0;
    std::size_t exactness = 0;
    auto operator<=>(const Liking&) const = default;
};

std::optional<double> parse_quality(std::string_view text) {
    double quality = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), quality);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole && quality >= 0 && quality <= 1 ? std::optional{quality} : std::nullopt;
}

template <class Like>
std::optional<std::string_view> best_of(std::span<const std::string_view> offers, Like like) {
    std::optional<std::string_view> best;
    Liking most;
    for (const std::string_view offer : offers) {
        const Liking liking = like(offer);
        if (liking.quality == 0 || (best && liking <= most)) continue;
        best = offer;
        most = liking;
    }
    return best;
}

struct MediaRange {
    MediaType type;
    double quality;
};

// "*" alone is what old Java clients write for "*/*".
std::optional<MediaRange> parse_range(std::string_view text) {
    auto type = parse_media_type(text.starts_with('*') && !text.starts_with("*/") ? "*/" + std::string{text}
                                                                                  : std::string{text});
    if (!type) return std::nullopt;
    double quality = 1;
    const auto named_q = [](const auto& parameter) { return parameter.first == "q"; };
    const auto weight = std::find_if(type->parameters.begin(), type->parameters.end(), named_q);
    if (weight != type->parameters.end()) {
        const auto parsed = parse_quality(weight->second);
        if (!parsed) return std::nullopt;
        quality = *parsed;
        type->parameters.erase(weight, type->parameters.end());  // what follows q belongs to no media type
    }
    std::erase_if(type->parameters, [](const auto& parameter) { return parameter.first == "charset"; });
    return MediaRange{*std::move(type), quality};
}

// 0 when the range does not match.
std::size_t exactness(const MediaType& range, const MediaType& offer) {
    const std::string_view name = range.name;
    std::size_t exact = 0;
    if (name == "*/*") {
        exact = 1;
    } else if (name.ends_with("/*") && offer.name.starts_with(name.substr(0, name.size() - 1))) {
        exact = 2;
    } else if (name == offer.name) {
        exact = 3;
    }
    for (const auto& [key, value] : range.parameters) {
        const auto offered = offer.parameter(key);
        if (!offered || !detail::equal_ignoring_case(*offered, value)) return 0;
    }
    return exact == 0 ? 0 : exact + range.parameters.size();
}

struct LanguageRange {
    std::string_view tag;
    double quality;
};

std::optional<LanguageRange> parse_language(std::string_view text) {
    const std::string_view tag = detail::cut_part(text, ';');
    if (tag.empty()) return std::nullopt;
    if (text.empty()) return LanguageRange{tag, 1};
    const std::string_view weight = detail::trimmed(text);
    if (!weight.starts_with("q=") && !weight.starts_with("Q=")) return std::nullopt;
    const auto quality = parse_quality(weight.substr(2));
    return quality ? std::optional{LanguageRange{tag, *quality}} : std::nullopt;
}

// Is `tag` this prefix, or does it go on with a hyphen after it?
bool begins_with_tag(std::string_view tag, std::string_view prefix) {
    return detail::equal_ignoring_case(tag.substr(0, prefix.size()), prefix) &&
           (tag.size() == prefix.size() || tag[prefix.size()] == '-');
}

Liking language_liking(const std::vector<LanguageRange>& ranges, std::string_view offer) {
    Liking named, shortened, any;
    for (const auto& [tag, quality] : ranges) {
        if (tag == "*") {
            any = {quality, 0};
        } else if (begins_with_tag(offer, tag)) {
            if (tag.size() > named.exactness) named = {quality, tag.size()};
        } else if (begins_with_tag(tag, offer)) {
            shortened = std::max(shortened, Liking{quality, 1});
        }
    }
    if (named.exactness > 0) return named;
    return shortened.quality > 0 ? shortened : any;
}

template <class Range>
std::vector<Range> parse_list(std::string_view list, std::optional<Range> (*parse)(std::string_view)) {
    std::vector<Range> ranges;
    while (!list.empty())
        if (auto range = parse(detail::cut_part(list, ','))) ranges.push_back(*std::move(range));
    return ranges;
}

}  // namespace

std::optional<std::string_view> best_media_type(std::string_view accept,
                                                std::span<const std::string_view> offers) {
    auto ranges = parse_list(accept, parse_range);
    if (ranges.empty()) ranges.push_back({{"*/*"}, 1});
    return best_of(offers, [&](std::string_view offer) {
        const auto type = parse_media_type(offer);
        if (!type)
            throw std::invalid_argument{"patchbay: '" + std::string{offer} + "' is no media type to offer"};
        Liking liking;
        for (const auto& [range, quality] : ranges) {
            const std::size_t exact = exactness(range, *type);
            if (exact > liking.exactness) liking = {quality, exact};
        }
        return liking;
    });
}

std::optional<std::string_view> best_language(std::string_view accept_language,
                                              std::span<const std::string_view> offers) {
    auto ranges = parse_list(accept_language, parse_language);
    if (ranges.empty()) ranges.push_back({"*", 1});
    return best_of(offers, [&](std::string_view offer) { return language_liking(ranges, offer); });
}

}  // namespace patchbay
