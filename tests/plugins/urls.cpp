// Says under which paths handlers are served.
#include <patchbay/plugin.hpp>

#include <atomic>
#include <exception>
#include <string>

using namespace patchbay;

namespace {

template <class Ask>
std::string path_or_complaint(Ask ask) {
    try {
        return ask();
    } catch (const std::exception& error) {
        return error.what();
    }
}

class Urls final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.inline_("show", shown).route("GET /show/{id:int}");
        handlers.inline_("file", shown).route("GET /files/{rest:path}");
        handlers.inline_("user", shown).route("GET /users/{name}").route("GET /users");
        handlers.async("links", links).route("GET /links");
        handlers.async("moved", moved).route("GET /moved/{name}");
        handlers.async("wait", [this](Request& request) { return wait(request); }).route("GET /wait");
        handlers.websocket("talk", talk).route("GET /talk");
        handlers.inline_("release", [this](Request&) { return release(); }).route("POST /release");
    }

private:
    static Response shown(Request& request) { return Response::text(std::string{request.path()}); }
    static Task<Response> links(Request& request) {
        std::string text;
        text += path_or_complaint([&] { return request.url_for("urls.show", {{"id", "42"}}); }) + "\n";
        text += path_or_complaint([&] { return request.url_for("file", {{"rest", "a b/c?.txt"}}); }) + "\n";
        text += path_or_complaint([&] { return request.url_for("user", {{"name", "Zo\xc3\xab/x"}}); }) + "\n";
        text += path_or_complaint([&] { return request.url_for("user"); }) + "\n";
        text += path_or_complaint([&] { return request.url_for("who.who"); }) + "\n";
        co_return Response::text(std::move(text));
    }
    static Task<Response> moved(Request& request) {
        const std::string name{request.path_param("name")};
        co_return Response::redirect(request.url_for("user", {{"name", name}}));
    }
    Task<Response> wait(Request& request) {
        log_info("waiting");
        while (!released_) co_await sleep_for(5ms);
        co_return Response::text(request.url_for("show", {{"id", "1"}}));
    }
    // Hints that nobody can be sent any more, then a path, for each message.
    static Task<> talk(Request& request, WebSocket& socket) {
        while (const auto message = co_await socket.receive()) {
            request.send_early_hints({{"Link", "</a.css>; rel=preload"}});
            const std::string path = request.url_for("show", {{"id", message->text()}});
            co_await socket.send(path);
        }
    }
    Response release() {
        released_ = true;
        return Response{http::status::no_content};
    }

    std::atomic<bool> released_{false};
};

}  // namespace

PATCHBAY_PLUGIN(Urls, "urls", "1.0.0");
