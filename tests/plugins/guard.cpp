// Filters of every kind. Built twice, with GUARD_LETTER 'a' and 'b': the headers tell which build has run.
#include "guard_user.hpp"

#include <patchbay/plugin.hpp>

#include <atomic>
#include <string>

using namespace patchbay;

namespace {

/// Counts itself, and notices when it ends elsewhere than on the loop it was made on.
struct Counted {
    Counted(int& counter, std::atomic<int>& elsewhere)
        : count{&counter}, strays{&elsewhere}, home{thread_name()} {
        ++counter;
    }
    Counted(Counted&& other) noexcept
        : count{std::exchange(other.count, nullptr)}, strays{other.strays}, home{other.home} {}
    ~Counted() {
        if (!count) return;
        --*count;
        if (thread_name() != home) ++*strays;
    }
    int* count;
    std::atomic<int>* strays;
    std::string home;
};

/// Which build has attached it.
struct Origin {
    char letter;
    std::string padding = "a text that is too long to be held without an allocation";
};

class Guard final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.filter("user").before(let_in).after(sign);
        handlers.filter("slow").before(pause).after(pause_again);
        handlers.filter("hang").before([](Request&) -> Task<> { co_await sleep_for(1h); });
        handlers.filter("throws_before").before(refuse).after([](Request&, Response& response) {
            response.header("X-Not-Entered", "yes");
        });
        handlers.filter("throws_after").after([](Request&, Response&) -> Task<> {
            co_await sleep_for(1ms);
            throw std::runtime_error{"a secret of the after"};
        });
        handlers.filter("spy").after([](Request&, Response& response) {
            response.header("X-Seen", std::to_string(static_cast<unsigned>(response.status())));
        });
        handlers.filter("replace").after(
            [](Request&, Response& response) { response = Response::text("replaced"); });
        handlers.filter("streams").after([](Request&, Response& response) {
            response =
                Response::stream([text = std::string{"streamed by the filter"}](BodyWriter& body) -> Task<> {
                    co_await sleep_for(1ms);
                    co_await body.write(text);
                });
        });
        handlers.filter("counted").before(
            [this](Request& request) { request.attach(Counted{count_, strays_}); });
        handlers.filter("body").before([](Request& request) -> std::optional<Response> {
            return Response::text(std::to_string(request.body().size()));
        });
        handlers
            .inline_("whoami",
                     [](Request& request) { return Response::text(request.attached<guard::User>().name); })
            .route("/guard/whoami")
            .filter("user");
        handlers
            .inline_("unguarded",
                     [](Request& request) { return Response::text(request.attached<guard::User>().name); })
            .route("/guard/unguarded");
        handlers
            .inline_("alone",
                     [this](Request& request) {
                         request.attach(Counted{count_, strays_});
                         return Response::text("alone");
                     })
            .route("/guard/alone");
        handlers
            .inline_("count",
                     [this](Request&) {
                         return Response::text(std::to_string(count_) + " alive, " + std::to_string(strays_) +
                                               " strays");
                     })
            .route("/guard/count");
    }

private:
    static std::optional<Response> let_in(Request& request) {
        const auto name = request.header("X-User");
        if (!name) return Response::text("who are you?").status(http::status::unauthorized);
        request.attach(guard::User{std::string{*name}});
        request.attach(Origin{GUARD_LETTER});
        return std::nullopt;
    }
    static void sign(Request& request, Response& response) {
        const Origin* const origin = request.find_attached<Origin>();
        response.header("X-Guard", std::string{origin ? origin->letter : '-', GUARD_LETTER});
    }
    static Task<> pause(Request&) { co_await sleep_for(1ms); }
    static Task<> pause_again(Request&, Response& response) {
        co_await sleep_for(1ms);
        response.header("X-Slow", std::string{GUARD_LETTER});
    }
    static std::optional<Response> refuse(Request& request) {
        if (request.query("what") == "http") throw HttpError{http::status::forbidden, "Not you."};
        throw std::runtime_error{"a secret of the before"};
    }

    int count_ = 0;  // on the home loop only
    std::atomic<int> strays_{0};
};

}  // namespace

PATCHBAY_PLUGIN(Guard, "guard", GUARD_VERSION);
