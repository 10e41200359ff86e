#include "page.hpp"
#include "progress.hpp"
#include "stored_files.hpp"

#include <patchbay/plugin.hpp>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <semaphore>
#include <system_error>
#include <utility>

using namespace patchbay;
using upload::StoredFiles;

namespace {

// One upload, taken apart while it arrives. What has not been finished leaves nothing behind.
class Incoming {
public:
    Incoming(const Request& request, StoredFiles& files, const Channel& changes, std::uint64_t max_size)
        : files_{files},
          parser_{request.multipart_parser({.parts = 1, .file_bytes = max_size})},
          progress_{changes, request} {}

    void take(std::string_view piece) {
        parser_.feed(piece);
        while (const auto event = parser_.next()) {
            if (event == MultipartParser::Event::part) begin();
            if (event == MultipartParser::Event::data) file_->write(parser_.data());
        }
        progress_.add(piece.size());
    }

    // Gives the name under which it is stored.
    std::string finish() {
        parser_.finish();
        if (!file_) fail();
        return files_.save(std::move(*file_), sent_name_);
    }

private:
    void begin() {
        sent_name_ = parser_.part().file_name.value_or("");
        if (sent_name_.empty()) fail();  // a field, or no file was chosen
        file_.emplace(files_.begin());
        progress_.begin(upload::storable_name(sent_name_));
    }

    [[noreturn]] static void fail() { throw HttpError{http::status::bad_request, "choose a file"}; }

    StoredFiles& files_;
    MultipartParser parser_;
    upload::Progress progress_;  // tells of the end when the file below has gone
    std::string sent_name_;
    std::optional<Upload> file_;
};

// Each upload holds an executor thread for as long as its client takes, and the other handlers need some,
// too.
class Place {
public:
    explicit Place(std::counting_semaphore<>& places) : places_{places} {
        if (places_.try_acquire()) return;
        HttpError busy{http::status::service_unavailable, "too many files are arriving; try again shortly"};
        busy.header("Retry-After", "5");
        throw busy;
    }
    ~Place() { places_.release(); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

private:
    std::counting_semaphore<>& places_;
};

template <class Number>
Number number_setting(const Settings& settings, std::string_view key, Number fallback, Number high) {
    const Number value = settings.get(key, fallback);
    if (value < 1 || value > high) settings.fail(key, "must be from 1 to " + std::to_string(high));
    return value;
}

std::unique_ptr<StoredFiles> open_folder(const Settings& settings) {
    const std::string folder = settings.get("folder", "uploads");
    const auto max_files = number_setting<std::size_t>(settings, "max_files", 100, 10'000);
    try {
        return std::make_unique<StoredFiles>(folder, max_files);
    } catch (const std::system_error& error) {
        settings.fail("folder", std::string{"must be a folder that can hold files ("} + error.what() + ")");
    }
}

// A page of another site can send a form anywhere, and browsers say so (W3C Fetch Metadata §2.3). Other
// clients send no such header.
void refuse_foreign_page(const Request& request) {
    const std::string_view site = request.header("Sec-Fetch-Site").value_or("none");
    if (site == "same-origin" || site == "none") return;
    throw HttpError{http::status::forbidden, "only this site's own page may send files"};
}

HttpError no_such_file() { return HttpError{http::status::not_found, "there is no such file"}; }

class Uploads final : public Plugin {
public:
    explicit Uploads(const Settings& settings)
        : max_size_{number_setting<std::uint64_t>(settings, "max_size", 64 << 20, 1 << 30)},
          places_{number_setting<std::ptrdiff_t>(settings, "at_once", 8, 1000)},
          files_{open_folder(settings)} {}

    void add_handlers(Handlers& handlers) override {
        handlers.inline_("page", [this](Request& request) { return page(request); }).route("GET /upload");
        handlers.inline_("events", [this](Request&) { return events(); }).route("GET /upload/events");
        handlers.blocking("list", [this](Request&) { return list(); }).route("GET /upload/files");
        handlers.blocking("store", [this](Request& request) { return store(request); })
            .route("POST /upload/files")
            .streams_body();
        handlers.blocking("download", [this](Request& request) { return download(request); })
            .route("GET /upload/files/{name}");
        handlers.blocking("remove", [this](Request& request) { return remove(request); })
            .route("DELETE /upload/files/{name}");
    }

    void start() override {
        log_info("the files are in ", std::filesystem::absolute(files_->folder()).string());
    }

private:
    Response page(const Request& request) const {
        return Response::html(upload::page(
            {.events = request.url_for("events"), .files = request.url_for("list"), .max_size = max_size_}));
    }

    // Whoever has its answer hears of every change from here on, and can look at the list for what was
    // before.
    Response events() {
        return Response::events(
            [this, after = changes_.last_id()](EventWriter& out) { return follow(out, after); });
    }

    Task<> follow(EventWriter& out, std::uint64_t after) {
        Subscription changes = changes_.subscribe({.when_full = SlowSubscriber::end, .after = after});
        while (const auto change = co_await changes.receive()) co_await out.send(change->text());
    }

    Response list() const {
        nlohmann::json files = nlohmann::json::array();
        for (const upload::StoredFile& file : files_->list())
            files.push_back({{"name", file.name}, {"size", file.size}});
        return Response::json({{"files", files}});
    }

    Response store(const Request& request) {
        refuse_foreign_page(request);
        const Place place{places_};
        Incoming incoming{request, *files_, changes_, max_size_};
        BlockingBodyReader body = request.blocking_body_reader();
        while (const auto piece = body.read_some()) incoming.take(*piece);
        const std::string name = incoming.finish();
        return Response::json({{"name", name}})
            .status(http::status::created)
            .header(http::field::location, request.url_for("download", {{"name", name}}));
    }

    // As an attachment: shown in this site's name, a page that somebody has sent could act for its visitors.
    Response download(const Request& request) const {
        const std::string_view name = request.path_param("name");
        std::optional<File> file = files_->open(name);
        if (!file) throw no_such_file();
        return Response::file(std::move(*file), "application/octet-stream")
            .attachment(name)
            .header("X-Content-Type-Options", "nosniff");
    }

    Response remove(const Request& request) {
        if (!files_->remove(request.path_param("name"))) throw no_such_file();
        upload::tell_of_change(changes_);
        return Response{http::status::no_content};
    }

    const std::uint64_t max_size_;  // bytes of a file
    std::counting_semaphore<> places_;
    const std::unique_ptr<StoredFiles> files_;
    // The history is for what is told between a stream's answer and its beginning.
    const Channel changes_{"upload", {.history = 100}};
};

}  // namespace

PATCHBAY_PLUGIN(Uploads, "upload", "1.0.0");
