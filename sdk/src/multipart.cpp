#include <patchbay/multipart.hpp>

#include <algorithm>

namespace patchbay {
namespace {

bool is_field(const Multipart::Part& part, std::string_view name) noexcept {
    return !part.file_name && part.name == name;
}

// A browser sends an empty part for a file that its user has not chosen.
bool is_chosen_file(const Multipart::Part& part, std::string_view name) noexcept {
    return part.file_name && part.name == name && !(part.file_name->empty() && part.data.empty());
}

}  // namespace

Multipart Multipart::parse(std::string_view body, MultipartParser parser) {
    Multipart form;
    parser.feed(body);
    while (const auto event = parser.next()) {
        if (*event == MultipartParser::Event::part)
            form.parts_.push_back({parser.take_part()});
        else if (*event == MultipartParser::Event::data)
            form.parts_.back().data = parser.data();  // in one piece, as the body is
    }
    parser.finish();
    return form;
}

std::optional<std::string_view> Multipart::get(std::string_view name) const noexcept {
    const auto found = std::ranges::find_if(parts_, [&](const Part& part) { return is_field(part, name); });
    if (found == parts_.end()) return std::nullopt;
    return found->data;
}

std::vector<std::string_view> Multipart::all(std::string_view name) const {
    std::vector<std::string_view> values;
    for (const Part& part : parts_)
        if (is_field(part, name)) values.push_back(part.data);
    return values;
}

const Multipart::Part* Multipart::file(std::string_view name) const& noexcept {
    const auto found =
        std::ranges::find_if(parts_, [&](const Part& part) { return is_chosen_file(part, name); });
    return found == parts_.end() ? nullptr : &*found;
}

std::vector<const Multipart::Part*> Multipart::files(std::string_view name) const& {
    std::vector<const Part*> found;
    for (const Part& part : parts_)
        if (is_chosen_file(part, name)) found.push_back(&part);
    return found;
}

}  // namespace patchbay
