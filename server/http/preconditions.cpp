#include "http/preconditions.hpp"

#include "http/field_syntax.hpp"
#include "http/http_date.hpp"

#include <algorithm>

namespace patchbay {
namespace {

using http::field;

const HeaderField* find_field(const detail::RequestData& request, field id) {
    const auto found = std::ranges::find(request.headers, id, &HeaderField::id);
    return found == request.headers.end() ? nullptr : &*found;
}

bool is_weak(std::string_view etag) { return etag.starts_with("W/"); }
std::string_view opaque(std::string_view etag) { return is_weak(etag) ? etag.substr(2) : etag; }

// Takes the next entity tag off a list; the commas within its quotes are its own. Empty at the end, or where
// the list is malformed.
std::string_view take_etag(std::string_view& list) {
    list = list.substr(std::min(list.find_first_not_of(", \t"), list.size()));
    const std::size_t start = is_weak(list) ? 2 : 0;
    if (start >= list.size() || list[start] != '"') return {};
    const std::size_t end = list.find('"', start + 1);
    if (end == std::string_view::npos) return {};
    const std::string_view etag = list.substr(0, end + 1);
    list.remove_prefix(end + 1);
    return etag;
}

// Whether any of the request's lines of that name lists the tag, or is "*".
bool lists(std::span<const HeaderField> headers, field id, std::string_view current, bool strongly) {
    for (const HeaderField& line : headers) {
        if (line.id != id) continue;
        if (line.value == "*") return true;
        if (strongly && is_weak(current)) continue;
        std::string_view list = line.value;
        for (auto etag = take_etag(list); !etag.empty(); etag = take_etag(list)) {
            if (strongly ? etag == current : opaque(etag) == opaque(current)) return true;
        }
    }
    return false;
}

std::optional<std::chrono::sys_seconds> date_in(const HeaderField* line) {
    return line ? parse_http_date(line->value) : std::nullopt;
}

}  // namespace

Precondition check_preconditions(const detail::RequestData& request, const Validators& current) {
    const bool reads = request.method == http::verb::get || request.method == http::verb::head;
    if (find_field(request, field::if_match)) {
        if (!lists(request.headers, field::if_match, current.etag, true)) return Precondition::failed;
    } else if (const auto limit = date_in(find_field(request, field::if_unmodified_since))) {
        if (current.modified && *current.modified > *limit) return Precondition::failed;
    }
    if (find_field(request, field::if_none_match)) {
        if (!lists(request.headers, field::if_none_match, current.etag, false)) return Precondition::passed;
        return reads ? Precondition::not_modified : Precondition::failed;
    }
    const auto since = date_in(find_field(request, field::if_modified_since));
    const bool unchanged = reads && since && current.modified && *current.modified <= *since;
    return unchanged ? Precondition::not_modified : Precondition::passed;
}

bool has_in_if_none_match(const Request& request, std::string_view etag) {
    return lists(request.headers(), field::if_none_match, etag, false);
}

bool range_still_valid(const detail::RequestData& request, const Validators& current) {
    const HeaderField* line = find_field(request, field::if_range);
    if (!line) return true;
    if (line->value.starts_with('"')) return line->value == current.etag;
    const auto date = parse_http_date(line->value);
    return date && current.modified && *date == *current.modified;
}

}  // namespace patchbay
