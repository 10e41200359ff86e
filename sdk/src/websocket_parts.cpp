#include "websocket_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace patchbay::detail {
namespace {

std::size_t bytes_of(const RequestData& data) {
    std::size_t bytes = data.method_name.size() + data.target.size() + data.path.size() + data.query.size() +
                        data.body.size();
    for (const HeaderField& field : data.headers) bytes += field.name.size() + field.value.size();
    for (const auto& param : data.path_params) bytes += param.name.size() + param.value.size();
    return bytes;
}

}  // namespace

KeptRequest::KeptRequest(const RequestData& given)
    : bytes{std::make_unique<char[]>(bytes_of(given))},
      route_names{given.route_names ? given.route_names->shared_from_this() : nullptr},
      data{given} {
    char* end = bytes.get();
    const auto keep = [&end](std::string_view& view) {
        char* const begin = end;
        end = std::copy(view.begin(), view.end(), begin);
        view = {begin, view.size()};
    };
    for (std::string_view* view : {&data.method_name, &data.target, &data.path, &data.query, &data.body})
        keep(*view);
    data.unread = data.body;
    data.body_feed = nullptr;
    fields.assign(given.headers.begin(), given.headers.end());
    for (HeaderField& field : fields) {
        keep(field.name);
        keep(field.value);
    }
    data.headers = fields;
    data.path_params.clear();
    for (auto param : given.path_params) {
        keep(param.name);
        keep(param.value);
        data.path_params.add(param.name, param.value);
    }
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
