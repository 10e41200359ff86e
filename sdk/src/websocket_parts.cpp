#include "websocket_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>

namespace patchbay::detail {
namespace {

std::size_t bytes_of(const RequestData& data) {
    std::size_t bytes = data.headers.size_bytes() + data.path_params.size_bytes() + data.method_name.size() +
                        data.target.size() + data.path.size() + data.query.size() + data.body.size();
    for (const HeaderField& field : data.headers) bytes += field.name.size() + field.value.size();
    for (const auto& param : data.path_params) bytes += param.name.size() + param.value.size();
    return bytes;
}

template <class Element>
std::span<Element> copy_to(char*& end, std::span<const Element> elements) {
    auto* const begin = reinterpret_cast<Element*>(end);
    std::uninitialized_copy(elements.begin(), elements.end(), begin);
    end += elements.size_bytes();
    return {begin, elements.size()};
}

}  // namespace

KeptRequest::KeptRequest(const RequestData& given)
    : memory{std::make_unique_for_overwrite<char[]>(bytes_of(given))},
      route_names{given.route_names ? given.route_names->shared_from_this() : nullptr},
      data{given} {
    char* end = memory.get();
    const std::span<HeaderField> fields = copy_to(end, given.headers);
    const std::span<PathParams::Param> params = copy_to(end, given.path_params);
    const auto keep = [&end](std::string_view& view) {
        char* const begin = end;
        end = std::copy(view.begin(), view.end(), begin);
        view = {begin, view.size()};
    };
    data.trailers = {};  // a handshake has none (RFC 6455 §4.1)
    for (std::string_view* view : {&data.method_name, &data.target, &data.path, &data.query, &data.body})
        keep(*view);
    for (HeaderField& field : fields) {
        keep(field.name);
        keep(field.value);
    }
    for (PathParams::Param& param : params) {
        keep(param.name);
        keep(param.value);
    }
    data.headers = fields;
    data.path_params = params;
    data.unread = data.body;
    data.body_feed = nullptr;
}

WebSocketSession::Parts::Parts(const RequestData& given, const HandlerEntry& of, WebSocketSession& session)
    : entry{of}, kept{given}, shared_values{given.attached}, socket{session} {
    kept.data.cancelled = &cancelled;
}

WebSocketSession::Parts::~Parts() {
    task = {};
    thrown = nullptr;
    while (kept.data.attached != shared_values) drop_newest_value(kept.data);
}

}  // namespace patchbay::detail
