// HTML from mustache templates (the mustache(5) language) in a folder of the plugin's own. A plugin makes one
// Templates in its constructor, on a thread that may block, and keeps it; rendering only computes.
#pragma once

#include <patchbay/export.hpp>
#include <patchbay/response.hpp>
#include <patchbay/settings.hpp>

#include <nlohmann/json_fwd.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace patchbay {

/// Every file "*.mustache" beneath the folder, read and parsed once. Its name is its path in the folder
/// without the extension, "mail/welcome", for render() and for `{{> mail/welcome}}` alike. Nothing outside
/// the folder is read, whatever a name, a symbolic link or the data say. `{{name}}` is escaped for HTML: for
/// text and quoted attributes, not for scripts, styles or the beginning of a URL; `{{{name}}}` and
/// `{{&name}}` are not escaped. Thread-safety: all functions may be called from several threads.
class PATCHBAY_API Templates {
public:
    /// Errors: std::runtime_error that names file and line, for what is no template, for a partial that is
    /// not there or that includes itself, and for more than 1 MiB in a file, partials included;
    /// std::system_error.
    explicit Templates(const std::filesystem::path& folder);
    /// The folder that a key of the settings names. Errors: SettingsError, also for all the above.
    explicit Templates(const Settings& settings, std::string_view key = "templates");
    Templates(Templates&&) noexcept;
    Templates& operator=(Templates&&) = delete;
    ~Templates();

    bool contains(std::string_view name) const;
    /// Text stands for itself, numbers and true as JSON writes them; all else is empty, as is what the data
    /// do not have. A section is left out for false, null, an empty list, and what the data do not have.
    /// Errors: std::out_of_range when there is no such template.
    std::string render(std::string_view name, const nlohmann::json& data) const;
    /// `return templates.html("page", {{"title", title}});` Errors: as render().
    Response html(std::string_view name, const nlohmann::json& data) const {
        return Response::html(render(name, data));
    }

private:
    struct Parsed;
    std::unique_ptr<const Parsed> parsed_;
};

}  // namespace patchbay
