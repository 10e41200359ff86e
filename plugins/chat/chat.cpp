#include "page.hpp"

#include <patchbay/plugin.hpp>

#include <algorithm>
#include <deque>
#include <optional>

using namespace patchbay;

namespace {

constexpr ChannelOptions history{.history = 50, .history_bytes = 64 * 1024};  // of a room, for newcomers

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

std::size_t number_of_rooms(const Settings& settings) {
    const auto rooms = settings.get<std::size_t>("rooms", 100);
    if (rooms < 1 || rooms > 10'000) settings.fail("rooms", "must be from 1 to 10000");
    return rooms;
}

class Chat final : public Plugin {
public:
    explicit Chat(const Settings& settings)
        : max_rooms_{number_of_rooms(settings)}, opened_{"chat", {.history = max_rooms_}} {}

    void add_handlers(Handlers& handlers) override {
        handlers.inline_("page", [](Request& request) { return page(request); }).route("GET /chat/{room}");
        handlers
            .websocket("socket",
                       [this](Request& request, WebSocket& socket) { return talk(request, socket); },
                       {.max_message = 4 * longest_text})
            .route("GET /chat/{room}/socket");
    }

    // Takes the rooms of the generation before into its keeping, while that has them still.
    void start() override {
        BlockingSubscription opened = opened_.subscribe_blocking({.after = 0});
        while (const auto room = opened.receive_for(0s)) keep(room->text());
    }

private:
    struct Room {
        std::string name;
        Channel channel;
    };

    static Response page(const Request& request) {
        const std::string_view room = room_of(request);
        return Response::html(chat::page(room, request.url_for("socket", {{"room", room}})));
    }

    Task<> talk(Request& request, WebSocket& socket) {
        const std::string_view room_name = room_of(request);
        const std::string name = request.query("name").value_or("");
        // A page is not told why a handshake was refused, but it is told why a socket was closed.
        co_await socket.accept();
        if (const auto problem = problem_of_name(name)) throw WebSocketError{refused, *problem};
        const Channel room = open(room_name);
        socket.join(room, 0);  // after no message at all: the whole history
        while (const auto message = co_await socket.receive()) {
            const std::string_view text = message->text();
            if (const auto problem = problem_of_text(text)) {
                const std::string answer = to_text({{"error", *problem}});
                co_await socket.send(answer);
            } else {
                room.publish(to_text({{"name", name}, {"text", text}}));
            }
        }
    }

    // The rooms are told to whoever comes after this generation by a channel's history, too.
    Channel open(std::string_view name) {
        if (std::ranges::find(rooms_, name, &Room::name) == rooms_.end()) opened_.publish(name);
        return keep(name);
    }

    Channel keep(std::string_view name) {
        const auto known = std::ranges::find(rooms_, name, &Room::name);
        if (known != rooms_.end()) return known->channel;
        if (rooms_.size() == max_rooms_) rooms_.pop_front();
        rooms_.push_back({std::string{name}, Channel{"chat/" + std::string{name}, history}});
        return rooms_.back().channel;
    }

    const std::size_t max_rooms_;
    Channel opened_;          // the names of rooms, in the order in which they were opened
    std::deque<Room> rooms_;  // the same, at most so many; after start() for the home loop only
};

}  // namespace

PATCHBAY_PLUGIN(Chat, "chat", "1.0.0");
