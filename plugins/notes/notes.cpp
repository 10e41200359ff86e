#include "notes.hpp"

#include <algorithm>
#include <filesystem>
#include <limits>

namespace notes {

using namespace patchbay;

namespace {

constexpr std::size_t max_title = 200;  // bytes
constexpr std::int64_t page_size = 20, max_page_size = 100;

template <class Number>
Number number_setting(const Settings& settings, std::string_view key, Number fallback, Number low,
                      Number high) {
    const Number value = settings.get(key, fallback);
    if (value < low || value > high) {
        settings.fail(key, "must be from " + std::to_string(low) + " to " + std::to_string(high));
    }
    return value;
}

NoteStore open_store(const Settings& settings, const std::string& file) {
    const auto busy_timeout = settings.get("busy_timeout", 2000ms);
    if (busy_timeout > 1min) settings.fail("busy_timeout", "must be at most 1m");
    try {
        return NoteStore{file, busy_timeout};
    } catch (const sqlite::Error& error) {
        settings.fail("path", std::string{"must be a file that can hold the notes ("} + error.what() + ")");
    }
}

bool is_one_line(std::string_view text) {
    return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

std::int64_t number_in_query(const Request& request, std::string_view name, std::int64_t fallback,
                             std::int64_t low, std::int64_t high) {
    const std::int64_t value = request.query<std::int64_t>(name).value_or(fallback);
    if (value >= low && value <= high) return value;
    throw HttpError{http::status::bad_request, "query parameter '" + std::string{name} + "' must be from " +
                                                   std::to_string(low) + " to " + std::to_string(high)};
}

std::int64_t id_of(const Request& request) { return request.path_param<std::int64_t>("id"); }

HttpError no_such_note(std::int64_t id) {
    return HttpError{http::status::not_found, "there is no note " + std::to_string(id)};
}

nlohmann::json to_json(const Note& note) {
    return {{"id", note.id},
            {"title", note.title},
            {"text", note.text},
            {"created", note.created},
            {"updated", note.updated}};
}

// Relative to where the operator has mounted the handler.
std::string location_of(const Request& request, const Note& note) {
    const std::string_view target = request.target();
    return std::string{target.substr(0, target.find('?'))} + "/" + std::to_string(note.id);
}

// What every handler of this plugin does with the store's errors.
template <class Member>
auto answering(Notes& notes, Member handler) {
    return [&notes, handler](Request& request) -> Response {
        try {
            return (notes.*handler)(request);
        } catch (const TitleTaken& taken) {
            throw HttpError{http::status::conflict, taken.what()};
        } catch (const sqlite::Error& error) {
            if (!error.busy()) throw;  // a 500: its text is for the log only
            HttpError busy{http::status::service_unavailable, "somebody else is writing; try again shortly"};
            busy.header("Retry-After", "1");
            throw busy;
        }
    };
}

}  // namespace

Notes::Notes(const Settings& settings)
    : file_{settings.get("path", "notes.sqlite")},
      max_text_{number_setting<std::size_t>(settings, "max_text", 64 * 1024, 0, 16 * 1024 * 1024)},
      max_import_{number_setting<std::size_t>(settings, "max_import", 1000, 1, 100'000)},
      store_(open_store(settings, file_)) {}

void Notes::start() { log_info("the notes are in ", std::filesystem::absolute(file_).string()); }

void Notes::add_handlers(Handlers& handlers) {
    handlers.blocking("list", answering(*this, &Notes::list)).route("GET /notes");
    handlers.blocking("get", answering(*this, &Notes::get)).route("GET /notes/{id:int}");
    handlers.blocking("create", answering(*this, &Notes::create)).route("POST /notes");
    handlers.blocking("update", answering(*this, &Notes::update)).route("PUT /notes/{id:int}");
    handlers.blocking("remove", answering(*this, &Notes::remove)).route("DELETE /notes/{id:int}");
    handlers.blocking("import", answering(*this, &Notes::import)).route("POST /notes/import");
}

Response Notes::list(Request& request) {
    const auto limit = number_in_query(request, "limit", page_size, 1, max_page_size);
    const auto offset = number_in_query(request, "offset", 0, 0, std::numeric_limits<std::int64_t>::max());
    const Page page = store_.list(limit, offset);
    nlohmann::json notes = nlohmann::json::array();
    for (const Note& note : page.notes) notes.push_back(to_json(note));
    return Response::json({{"notes", notes}, {"total", page.total}, {"limit", limit}, {"offset", offset}});
}

Response Notes::get(Request& request) {
    const auto id = id_of(request);
    const auto note = store_.find(id);
    if (!note) throw no_such_note(id);
    return Response::json(to_json(*note));
}

Response Notes::create(Request& request) {
    const Draft draft = request.read_json([this](const JsonReader& in) { return read_draft(in); });
    const Note note = store_.create(draft);
    return Response::json(to_json(note))
        .status(http::status::created)
        .header("Location", location_of(request, note));
}

Response Notes::update(Request& request) {
    const auto id = id_of(request);
    const Draft draft = request.read_json([this](const JsonReader& in) { return read_draft(in); });
    const auto note = store_.update(id, draft);
    if (!note) throw no_such_note(id);
    return Response::json(to_json(*note));
}

Response Notes::remove(Request& request) {
    const auto id = id_of(request);
    if (!store_.remove(id)) throw no_such_note(id);
    return Response{http::status::no_content};
}

Response Notes::import(Request& request) {
    const auto drafts = request.read_json([this](const JsonReader& in) {
        std::vector<Draft> list;
        for (const JsonReader& note : in.items({1, max_import_})) list.push_back(read_draft(note));
        return list;
    });
    store_.import(drafts);
    return Response::json({{"imported", drafts.size()}}).status(http::status::created);
}

Draft Notes::read_draft(const JsonReader& in) const {
    in.only({"title", "text"});
    Draft draft{in.require<std::string>("title", {1, max_title}), in.get("text", "", {.max = max_text_})};
    if (!is_one_line(draft.title)) in.at("title").fail("must be one line");
    return draft;
}

}  // namespace notes

PATCHBAY_PLUGIN(notes::Notes, "notes", "1.0.0");
