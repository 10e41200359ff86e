// What a browser shows: the files that are stored, and how far those have come that anybody sends. The
// server's events are the only source of that; after a gap in them all is asked for anew.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace upload {

inline constexpr std::string_view page_head = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<link rel="icon" href="data:,">
<title>upload</title>
)";

inline constexpr std::string_view page_rest = R"(
<h1>upload</h1>
<form id="send">
<input type="file" name="file" multiple required aria-label="files"> <button>Send</button>
</form>
<p id="state" role="status"></p>
<ul id="arriving" aria-label="arriving"></ul>
<ul id="stored" aria-label="stored"></ul>
<script>
const at = id => document.getElementById(id);
const state = text => { at("state").textContent = text; };
const {events: eventsPath, files: filesPath, maxSize} = document.body.dataset;
const pathOf = name => filesPath + "/" + encodeURIComponent(name);
const arriving = new Map();  // an upload's id: what shows it

function element(tag, parent, properties = {}) {
    return Object.assign(parent.appendChild(document.createElement(tag)), properties);
}

// What went wrong is said in the answer (RFC 9457), unless a proxy gave it.
async function ask(path, options) {
    const answer = await fetch(path, options);
    if (answer.ok) return answer;
    const problem = await answer.json().catch(() => ({}));
    throw new Error(problem.detail || problem.title || "status " + answer.status);
}

function showStored({files}) {
    at("stored").replaceChildren();
    for (const {name, size} of files) {
        const item = element("li", at("stored"));
        element("a", item, {href: pathOf(name), textContent: name, download: name});
        item.append(` ${size} bytes `);
        const remove = element("button", item, {textContent: "Delete", ariaLabel: "Delete " + name});
        remove.onclick = () => ask(pathOf(name), {method: "DELETE"}).catch(error => state(error.message));
    }
}

// One question after another, so that the newest answer is what stays.
let listed = Promise.resolve();
function list() {
    listed = listed.then(() => ask(filesPath)).then(answer => answer.json()).then(showStored)
        .catch(error => state(error.message));
}

function showArriving({upload, name, received, total}) {
    let bar = arriving.get(upload);
    if (!bar) {
        const item = element("li", at("arriving"), {textContent: name + " "});
        bar = element("progress", item, {ariaLabel: name});
        arriving.set(upload, bar);
    }
    if (!total) return;
    bar.max = total;
    bar.value = received;
}

function forget(upload) {
    arriving.get(upload)?.parentElement.remove();
    arriving.delete(upload);
}

const events = new EventSource(eventsPath);
events.onopen = () => {
    for (const upload of arriving.keys()) forget(upload);
    list();
};
events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) state("nothing new is shown: load this page again");
};
events.onmessage = event => {
    const change = JSON.parse(event.data);
    if (change.name) return showArriving(change);
    forget(change.upload);
    list();
};

async function send(file) {
    if (file.size > maxSize) throw new Error(`${file.name} has more than ${maxSize} bytes`);
    const body = new FormData();
    body.set("file", file);
    await ask(filesPath, {method: "POST", body});
}

at("send").onsubmit = async event => {
    event.preventDefault();
    const form = event.target;
    const button = form.querySelector("button");
    button.disabled = true;
    try {
        for (const file of form.file.files) {
            state("sending " + file.name);
            await send(file);
        }
        state("all is stored");
        form.reset();
    } catch (error) {
        state(error.message);
    }
    button.disabled = false;
};
</script>
)";

/// Precondition: the paths need no escape in HTML, as what url_for() gives.
struct PageValues {
    std::string events;          ///< path of the stream
    std::string files;           ///< path of the list
    std::uint64_t max_size = 0;  ///< of a file, in bytes
};

inline std::string page(const PageValues& values) {
    std::string html{page_head};
    html.append("<body data-events=\"").append(values.events);
    html.append("\" data-files=\"").append(values.files);
    html.append("\" data-max-size=\"").append(std::to_string(values.max_size)).append("\">");
    return html.append(page_rest);
}

}  // namespace upload
