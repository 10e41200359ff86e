#include <patchbay/handlers.hpp>
#include <patchbay/plugin.hpp>

#include <algorithm>
#include <stdexcept>

namespace patchbay {

Plugin::~Plugin() = default;

std::string_view to_string(HandlerKind kind) noexcept {
    switch (kind) {
        case HandlerKind::async:
            return "async";
        case HandlerKind::blocking:
            return "blocking";
        case HandlerKind::inline_:
            return "inline";
    }
    return "unknown";
}

HandlerRef& HandlerRef::route(std::string_view route) {
    auto parsed = parse_route(route);
    if (!parsed) {
        throw std::invalid_argument{"handler '" + entry_->name + "': route \"" + std::string{route} +
                                    "\": " + parsed.error().message};
    }
    entry_->routes.push_back(std::move(*parsed));
    return *this;
}

detail::HandlerEntry& Handlers::add(std::string_view name, HandlerKind kind, std::source_location where) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (name.empty() || !std::all_of(name.begin(), name.end(), allowed)) {
        throw std::invalid_argument{"handler '" + std::string{name} +
                                    "': a name is made of a-z, 0-9 and '_'"};
    }
    for (const detail::HandlerEntry& entry : entries_)
        if (entry.name == name) throw std::invalid_argument{"handler '" + entry.name + "' is declared twice"};
    detail::HandlerEntry& entry = entries_.emplace_back();
    entry.name = name;
    entry.kind = kind;
    entry.where = where;
    return entry;
}

}  // namespace patchbay
