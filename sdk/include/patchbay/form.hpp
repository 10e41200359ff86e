// The fields of an HTML form, as Request::form() gives them. A value type; names may repeat.
#pragma once

#include <patchbay/detail/parse_value.hpp>
#include <patchbay/export.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patchbay {

/// Names and values are decoded; what their bytes mean is not checked: they may be no UTF-8. A look-up takes
/// time linear in the number of fields, whatever their names.
class PATCHBAY_API Form {
public:
    using Pairs = std::vector<std::pair<std::string, std::string>>;

    Form() = default;
    explicit Form(Pairs pairs) noexcept : pairs_{std::move(pairs)} {}
    /// application/x-www-form-urlencoded (WHATWG URL §5.1). Errors: HttpError(400) with the position of a
    /// '%' that two hexadecimal digits don't follow.
    static Form parse(std::string_view text);

    /// The first field of that name; nothing when there is none. An empty field is "".
    std::optional<std::string> get(std::string_view name) const;
    /// The same as a number or bool. Errors: HttpError(400) naming the field when the text is none.
    template <class T>
    std::optional<T> get(std::string_view name) const {
        const auto text = get(name);
        if (!text) return std::nullopt;
        return detail::parse_parameter<T>("form field", name, *text);
    }
    /// Every field of that name, in order: checkboxes, multiple choices.
    std::vector<std::string> all(std::string_view name) const;

    /// Every field, in order.
    const Pairs& pairs() const& noexcept { return pairs_; }
    Pairs pairs() && noexcept { return std::move(pairs_); }

private:
    Pairs pairs_;
};

}  // namespace patchbay
