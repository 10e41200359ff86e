// The texts of a folder of templates, and templates with their partials put in. Private to libpatchbay.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace patchbay::detail {

using TemplateTexts = std::map<std::string, std::string, std::less<>>;

/// A template's file, for messages: "mail/welcome.mustache:3: ".
std::string template_place(std::string_view name, std::string_view text, std::size_t offset);

/// By name. Errors: std::runtime_error for a file that is too large or leads out of the folder;
/// std::system_error.
TemplateTexts read_templates(const std::filesystem::path& folder);

/// The template's text with the texts of its partials in place of their tags, so that they are parsed once,
/// and no name in the data can stand for a partial. Preconditions: every tag is closed. Errors:
/// std::runtime_error for a partial that is not there or includes itself, and for a text that gets too large.
std::string with_partials(const TemplateTexts& texts, std::string_view name);

}  // namespace patchbay::detail
