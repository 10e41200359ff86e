#include "config/error_pages.hpp"

#include "config/regular_file.hpp"

#include <utility>

namespace patchbay::detail {
namespace {

// 0 when it is none.
std::size_t error_status(const std::string& key) {
    const bool digits = key.find_first_not_of("0123456789") == std::string::npos;
    if (!digits || key.size() != 3) return 0;
    const auto status = static_cast<std::size_t>(std::stoul(key));
    return status >= 400 && status <= 599 ? status : 0;
}

}  // namespace

std::map<std::size_t, ErrorPage> read_error_pages(const YamlNode& node,
                                                  const std::filesystem::path& directory,
                                                  ConfigProblems& problems) {
    std::map<std::size_t, ErrorPage> pages;
    if (node.kind != YamlNode::Kind::mapping && node.kind != YamlNode::Kind::null) {
        problems.add({place_of(node),
                      "errors",
                      "expected a mapping of statuses to files, found " + describe(node),
                      {}});
    }
    for (const YamlNode& entry : node.children) {
        const std::string path = join_path("errors", entry.key);
        const std::size_t status = error_status(entry.key);
        if (status == 0) {
            problems.add({entry.key_at, path, "expected a status from 400 to 599", {}});
            continue;
        }
        if (!is_scalar(entry) || entry.text.empty()) {
            problems.add(
                {place_of(entry), path, "expected the path of a file, found " + describe(entry), {}});
            continue;
        }
        const auto file = (directory / entry.text).lexically_normal();
        FileText page = read_regular_file(file, "a page");
        if (!page.problem.empty()) problems.add({entry.at, path, file.string() + ": " + page.problem, {}});
        pages[status] = {file, std::move(page.text)};
    }
    return pages;
}

}  // namespace patchbay::detail
