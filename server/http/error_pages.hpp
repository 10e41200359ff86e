// The operator's pages for errors. Made with the routes and not changed afterwards; any thread.
#pragma once

#include <patchbay/request.hpp>
#include <patchbay/response.hpp>

#include <map>
#include <string>
#include <string_view>

namespace patchbay {

class ErrorPages {
public:
    /// `content_type` is a media type, perhaps with parameters; its name is matched with Accept.
    void add(unsigned status, std::string text, std::string_view content_type);
    bool empty() const noexcept { return pages_.empty(); }

    /// Puts the page of its status into the answer, unless somebody has given it a body of his own, or the
    /// client likes problem+json as much. Other headers stay.
    void show(const Request& request, Response& response) const;

private:
    struct Page {
        std::string text;
        std::string content_type;
        std::string type_name;  // without its parameters
    };

    std::map<unsigned, Page> pages_;
};

}  // namespace patchbay
