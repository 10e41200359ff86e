// The fields and files of an HTML form that was sent as multipart/form-data and is in memory, as
// Request::multipart() gives them. A value type whose data are views into the body; names may repeat.
#pragma once

#include <patchbay/detail/parse_value.hpp>
#include <patchbay/export.hpp>
#include <patchbay/multipart_parser.hpp>

#include <optional>
#include <string_view>
#include <vector>

namespace patchbay {

/// A look-up takes time linear in the number of parts, whatever their names.
class PATCHBAY_API Multipart {
public:
    struct Part : PartHead {
        std::string_view data{};  ///< of the body
    };

    Multipart() = default;
    /// Lifetime: `body` outlives what is got from here. Errors: as MultipartParser.
    static Multipart parse(std::string_view body, MultipartParser parser);

    /// The first field of that name that is no file; nothing when there is none. An empty field is "".
    std::optional<std::string_view> get(std::string_view name) const noexcept;
    /// The same as a number or bool. Errors: HttpError(400) naming the field when the text is none.
    template <class T>
    std::optional<T> get(std::string_view name) const {
        const auto text = get(name);
        if (!text) return std::nullopt;
        return detail::parse_parameter<T>("form field", name, *text);
    }
    /// Every field of that name that is no file, in order.
    std::vector<std::string_view> all(std::string_view name) const;

    /// The first file of that name; null when none was chosen. Lifetime: that of this object.
    const Part* file(std::string_view name) const& noexcept;
    const Part* file(std::string_view name) const&& = delete;
    /// Every file of that name, in order: `<input type=file multiple>`.
    std::vector<const Part*> files(std::string_view name) const&;
    std::vector<const Part*> files(std::string_view name) const&& = delete;

    /// Every part, in order; also the empty ones of files that were not chosen.
    const std::vector<Part>& parts() const& noexcept { return parts_; }
    std::vector<Part> parts() && noexcept { return std::move(parts_); }

private:
    std::vector<Part> parts_;
};

}  // namespace patchbay
