// What a browser shows of a room. It asks for a name, connects, and connects anew when the socket was closed,
// unless that was a refusal. All that others have written goes through textContent.
#pragma once

#include <string>
#include <string_view>

namespace chat {

inline constexpr std::string_view page_head = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>chat</title>
)";

inline constexpr std::string_view page_rest = R"(
<h1>chat</h1>
<form id="enter">
<input name="name" placeholder="your name" aria-label="your name" autofocus> <button>Enter</button>
</form>
<form id="say" hidden>
<input name="text" autocomplete="off" aria-label="message"> <button>Say</button>
</form>
<p id="state" role="status"></p>
<ul id="lines" aria-live="polite" aria-label="messages"></ul>
<script>
const at = id => document.getElementById(id);
const state = text => { at("state").textContent = text; };
const {room, socket: path} = document.body.dataset;
document.title = room;
let socket;

function show(line) {
    if (line.error) return state(line.error);
    const item = document.createElement("li");
    const name = item.appendChild(document.createElement("b"));
    name.textContent = line.name + ":";
    item.append(" ", line.text);
    at("lines").append(item);
}

function entered(is_in) {
    const form = at(is_in ? "say" : "enter");
    if (!form.hidden) return;  // connected again: whoever types is not disturbed
    at("enter").hidden = is_in;
    at("say").hidden = !is_in;
    form.querySelector("input").focus();
}

function connect(name) {
    const url = new URL(path, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("name", name);
    socket = new WebSocket(url);
    socket.onopen = () => {
        entered(true);
        state("in " + room);
        at("lines").replaceChildren();  // the room's last lines follow
    };
    socket.onmessage = event => show(JSON.parse(event.data));
    socket.onclose = event => {
        if (event.code === 4000) {
            entered(false);
            return state(event.reason);
        }
        state("connecting again");
        setTimeout(connect, 1000 + 2000 * Math.random(), name);
    };
}

at("enter").onsubmit = event => {
    event.preventDefault();
    connect(event.target.name.value);
};
at("say").onsubmit = event => {
    event.preventDefault();
    if (socket.readyState !== WebSocket.OPEN) return;
    socket.send(event.target.text.value);
    event.target.reset();
    state("in " + room);
};
</script>
)";

/// `socket` is the path of the room's WebSocket. Precondition: neither needs an escape in HTML, as a room's
/// name and what url_for() gives.
inline std::string page(std::string_view room, std::string_view socket) {
    std::string html{page_head};
    html.append("<body data-room=\"").append(room).append("\" data-socket=\"").append(socket).append("\">");
    return html.append(page_rest);
}

}  // namespace chat
