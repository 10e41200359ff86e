// What a browser shows: the newest price, and whether the stream is connected. The browser itself comes back
// when a stream has ended, and says which event it has seen last.
#pragma once

#include <string>
#include <string_view>

namespace ticker {

inline constexpr std::string_view page_head = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>ticker</title>
)";

inline constexpr std::string_view page_rest = R"(
<h1 id="price">-</h1>
<p>Tick <span id="number">-</span>, <span id="state" role="status">connecting</span>.</p>
<script>
const show = (id, text) => { document.getElementById(id).textContent = text; };
const events = new EventSource(document.body.dataset.events);
events.onopen = () => show("state", "connected");
// It does not come back by itself to an answer that is no stream, such as a 503.
events.onerror = () => show("state",
    events.readyState === EventSource.CLOSED ? "refused: load this page again" : "connecting again");
events.onmessage = event => {
    const tick = JSON.parse(event.data);
    show("price", (tick.cents / 100).toFixed(2));
    show("number", tick.number);
};
events.addEventListener("gap", () => show("state", "connected; some ticks are too old to be had"));
</script>
)";

/// `events` is the path of the stream. Precondition: it needs no escape in HTML, as what url_for() gives.
inline std::string page(std::string_view events) {
    std::string html{page_head};
    html.append("<body data-events=\"").append(events).append("\">").append(page_rest);
    return html;
}

}  // namespace ticker
