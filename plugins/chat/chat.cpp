#include "history.hpp"
#include "page.hpp"

#include <patchbay/plugin.hpp>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

using namespace patchbay;
using chat::History;

namespace {

// Of a room's channel: what is said while a newcomer reads the history.
constexpr ChannelOptions meanwhile{.history = 1000};

constexpr std::size_t longest_room = 32;  // bytes, as all of these
constexpr std::size_t longest_name = 40;
constexpr std::size_t longest_text = 1000;

// A code of our own (RFC 6455 §7.4.2), by which the page knows not to come back by itself.
constexpr auto refused = static_cast<CloseCode>(4000);

bool is_room(std::string_view name) {
    const auto allowed = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
    return !name.empty() && name.size() <= longest_room && std::ranges::all_of(name, allowed);
}

std::string_view room_of(const Request& request) {
    const std::string_view room = request.path_param("room");
    if (!is_room(room))
        throw HttpError{http::status::not_found,
                        "the name of a room is 1 to 32 letters a-z, digits and hyphens"};
    return room;
}

// Why not; nothing when it will do. Both are shown to who sent it.
std::optional<std::string> problem_of_name(std::string_view name) {
    const auto control = [](unsigned char c) { return c < ' ' || c == 0x7f; };
    if (!name.empty() && name.size() <= longest_name && std::ranges::none_of(name, control))
        return std::nullopt;
    return "a name is one line of 1 to " + std::to_string(longest_name) + " bytes";
}

std::optional<std::string> problem_of_text(std::string_view text) {
    if (!text.empty() && text.size() <= longest_text) return std::nullopt;
    return "a message is 1 to " + std::to_string(longest_text) + " bytes";
}

// A name may come with bytes that are no UTF-8, which would close every socket of the room.
std::string to_text(const nlohmann::json& json) {
    return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

History open_history(const Settings& settings) {
    const auto rooms = settings.get<std::int64_t>("rooms", 100);
    if (rooms < 1 || rooms > 10'000) settings.fail("rooms", "must be from 1 to 10000");
    try {
        return History{settings.get("path", "chat.sqlite"), rooms};
    } catch (const sqlite::Error& error) {
        settings.fail("path", std::string{"must be a file that can hold the history ("} + error.what() + ")");
    }
}

class Chat final : public Plugin {
public:
    explicit Chat(const Settings& settings) : history_{open_history(settings)} {}

    void add_handlers(Handlers& handlers) override {
        handlers.inline_("page", [](Request& request) { return page(request); }).route("GET /chat/{room}");
        handlers
            .websocket("socket",
                       [this](Request& request, WebSocket& socket) { return talk(request, socket); },
                       {.max_message = 4 * longest_text, .adopt = true})
            .route("GET /chat/{room}/socket");
    }

private:
    static Response page(const Request& request) {
        const std::string_view room = room_of(request);
        return Response::html(chat::page(room, request.url_for("socket", {{"room", room}})));
    }

    Task<> talk(Request& request, WebSocket& socket) {
        const std::string room{room_of(request)};
        const std::string name{request.query("name").value_or("")};
        // A page is not told why a handshake was refused, but it is told why a socket was closed.
        co_await socket.accept();
        if (const auto problem = problem_of_name(name)) throw WebSocketError{refused, *problem};
        const Channel channel{"chat/" + room, meanwhile};
        if (!socket.adopted()) co_await enter(socket, room, channel);
        while (const auto message = co_await socket.receive()) {
            const std::string text{message->text()};
            const std::string line = to_text({{"name", name}, {"text", text}});
            std::optional<std::string> problem = problem_of_text(text);
            if (!problem) problem = co_await say(room, line, channel);
            if (!problem) continue;
            const std::string answer = to_text({{"error", *problem}});
            co_await socket.send(answer);
        }
        if (socket.handing_over()) socket.hand_over();  // all there is to know stands in the request
    }

    Task<> enter(WebSocket& socket, const std::string& room, const Channel& channel) {
        std::uint64_t last_id = 0;  // what the channel has after that is in no line
        const auto read = [&] {
            return history_.lines_of(room, [&channel, &last_id] { last_id = channel.last_id(); });
        };
        const std::vector<std::string> lines = co_await run_blocking(read);
        for (const std::string& line : lines) co_await socket.send(line);
        if (!socket.join(channel, last_id))
            throw WebSocketError{CloseCode::try_again_later, "Too much is said here."};
    }

    // What was wrong; nothing once it is said.
    Task<std::optional<std::string>> say(const std::string& room, const std::string& line,
                                         const Channel& channel) {
        const auto keep = [&] { history_.say(room, line, [&] { channel.publish(line); }); };
        try {
            co_await run_blocking(keep);
            co_return std::nullopt;
        } catch (const sqlite::Error& error) {
            log_error("a line is not kept, and so not said: ", error.what());
        } catch (const HttpError&) {
            // Too many wait for a thread.
        }
        co_return "this could not be said; try again";
    }

    History history_;
};

}  // namespace

PATCHBAY_PLUGIN(Chat, "chat", "1.0.0");
