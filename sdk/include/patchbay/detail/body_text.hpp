// The text of a body, as the factories of Response take it: moved in when it is a std::string that nobody
// else needs, copied when it is a literal or a view.
#pragma once

#include <concepts>
#include <string>
#include <string_view>
#include <utility>

namespace patchbay::detail {

struct BodyText {
    BodyText() = default;

    template <class Text>
        requires std::convertible_to<Text, std::string>
    BodyText(Text&& given) : text(std::forward<Text>(given)) {}

    template <class Text>
        requires(std::convertible_to<Text, std::string_view> && !std::convertible_to<Text, std::string>)
    BodyText(Text&& given) : text{static_cast<std::string_view>(std::forward<Text>(given))} {}

    std::string text;
};

}  // namespace patchbay::detail
