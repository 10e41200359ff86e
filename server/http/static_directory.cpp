#include "http/static_directory.hpp"

#include "http/content_coding.hpp"

#include <patchbay/http_error.hpp>
#include <patchbay/log.hpp>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

using http::status;

bool has_hidden_part(std::string_view path) {
    constexpr std::string_view well_known = ".well-known";
    for (std::size_t start = 0; start < path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view part = path.substr(start, end - start);
        if (part.starts_with('.') && part != well_known) return true;
        start = end + 1;
    }
    return false;
}

struct CodedSibling {
    std::string_view name;
    std::string_view extension;
};
constexpr std::array codings{CodedSibling{"br", ".br"}, CodedSibling{"zstd", ".zst"},
                             CodedSibling{"gzip", ".gz"}};

// The compressed sibling of a file, if there is one that the client accepts.
std::optional<Response> compressed_answer(const Directory& directory, const Request& request,
                                          const std::string& path) {
    std::string joined;
    const std::string_view accepted = accepted_codings(request, joined);
    if (accepted.empty()) return std::nullopt;
    for (const CodedSibling& coding : codings) {
        if (preferred_coding(accepted, {coding.name}).empty()) continue;
        auto file = directory.open(path + std::string{coding.extension});
        if (!file) continue;
        return Response::file(std::move(*file), media_type_of(path)).header("Content-Encoding", coding.name);
    }
    return std::nullopt;
}

// Relative, so that it holds wherever a proxy mounts it; "./" keeps a colon in the name from ending a scheme.
Response redirect_to_directory(const Request& request) {
    const std::string_view target = request.target();
    const std::size_t question = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, question);
    std::string location = "./";
    location.append(path.substr(path.rfind('/') + 1)).append("/").append(target.substr(question));
    return Response::redirect(location, status::permanent_redirect);
}

Response find_answer(const Directory& directory, const Request& request, std::string path) {
    if (has_hidden_part(path)) throw HttpError{status::not_found};
    const bool is_index = path.empty() || path.ends_with('/');
    if (is_index) path += "index.html";
    auto file = directory.open(path);
    if (!file) {
        if (!is_index && directory.has_directory(path)) return redirect_to_directory(request);
        throw HttpError{status::not_found};
    }
    auto answer = compressed_answer(directory, request, path);
    if (!answer) answer = Response::file(std::move(*file));
    return std::move(*answer).header("Vary", "Accept-Encoding");
}

}  // namespace

Response serve_static(const Directory& directory, const Request& request, std::string_view path) {
    try {
        return find_answer(directory, request, std::string{path});
    } catch (const std::system_error& error) {
        if (error.code() == std::errc::permission_denied) throw HttpError{status::forbidden};
        // The directory itself is away, for a deployment perhaps: to callers that is as any file that is not
        // there.
        if (error.code() == std::errc::no_such_file_or_directory ||
            error.code() == std::errc::not_a_directory) {
            log_error(std::string{"static: "} + error.what());
            throw HttpError{status::not_found};
        }
        throw;
    }
}

Response serve_static_index(const Directory& directory, const Request& request) {
    if (!request.path().ends_with('/')) return redirect_to_directory(request);
    return serve_static(directory, request, {});
}

}  // namespace patchbay
