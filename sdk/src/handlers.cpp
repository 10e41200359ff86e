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

HandlerRef& HandlerRef::streams_body() {
    if (entry_->kind == HandlerKind::inline_) {
        throw std::logic_error{"patchbay: handler " + entry_->name +
                               " is inline and can't wait for a body: mark it async or blocking"};
    }
    if (entry_->websocket)
        throw std::logic_error{"patchbay: handler " + entry_->name + " is a WebSocket's and has no body"};
    entry_->streams_body = true;
    return *this;
}

HandlerRef& HandlerRef::route(std::string_view route) {
    auto parsed = parse_route(route);
    if (!parsed) {
        throw std::invalid_argument{"handler '" + entry_->name + "': route \"" + std::string{route} +
                                    "\": " + parsed.error().message};
    }
    if (entry_->websocket) {
        const MethodSet get{http::verb::get};
        if (parsed->methods == MethodSet::all()) parsed->methods = get;
        if (parsed->methods != get) {
            throw std::invalid_argument{"handler '" + entry_->name + "': route \"" + std::string{route} +
                                        "\": a WebSocket begins with a GET and takes no other method"};
        }
    }
    entry_->routes.push_back(std::move(*parsed));
    return *this;
}

HandlerRef& HandlerRef::filter(std::string_view name) {
    entry_->filters.emplace_back(name);
    return *this;
}

detail::FilterEntry& FilterRef::fresh(Part part) const {
    const bool taken =
        part == Part::before ? entry_->before || entry_->before_async : entry_->after || entry_->after_async;
    if (taken) {
        throw std::logic_error{"patchbay: filter '" + entry_->name + "' has two of `" +
                               (part == Part::before ? "before" : "after") + "`"};
    }
    return *entry_;
}

namespace {

// Errors: std::invalid_argument.
template <class Entry>
Entry& add_named(std::deque<Entry>& entries, std::string_view kind, std::string_view name,
                 std::source_location where) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    const std::string title = std::string{kind} + " '" + std::string{name} + "'";
    if (name.empty() || !std::all_of(name.begin(), name.end(), allowed))
        throw std::invalid_argument{title + ": a name is made of a-z, 0-9 and '_'"};
    for (const Entry& entry : entries)
        if (entry.name == name) throw std::invalid_argument{title + " is declared twice"};
    Entry& entry = entries.emplace_back();
    entry.name = name;
    entry.where = where;
    return entry;
}

}  // namespace

detail::HandlerEntry& Handlers::add(std::string_view name, HandlerKind kind, std::source_location where) {
    detail::HandlerEntry& entry = add_named(entries_, "handler", name, where);
    entry.kind = kind;
    if (!errors_.empty()) entry.errors = &errors_;
    return entry;
}

FilterRef Handlers::filter(std::string_view name, std::source_location where) {
    return FilterRef{add_named(filters_, "filter", name, where)};
}

void Handlers::add_translation(detail::ErrorHandlers::Translation translation) {
    errors_.translations.push_back(std::move(translation));
    use_errors();
}

void Handlers::add_page(http::status status, detail::ErrorHandlers::Page page) {
    for (const auto& [known, other] : errors_.pages) {
        if (known == status) {
            throw std::invalid_argument{"the page of status " +
                                        std::to_string(static_cast<unsigned>(status)) + " is declared twice"};
        }
    }
    errors_.pages.emplace_back(status, std::move(page));
    use_errors();
}

void Handlers::use_errors() noexcept {
    for (detail::HandlerEntry& entry : entries_) entry.errors = &errors_;
}

std::optional<Response> detail::ErrorHandlers::translate(Request& request,
                                                         const std::exception_ptr& error) const {
    for (const Translation& translation : translations)
        if (auto response = translation(request, error)) return response;
    return std::nullopt;
}

void detail::ErrorHandlers::apply(Request& request, Response& response) const {
    for (const auto& [status, page] : pages)
        if (status == response.status()) return page(request, response);
}

}  // namespace patchbay
