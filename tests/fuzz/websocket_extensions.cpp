// The value of Sec-WebSocket-Extensions, and what is answered to it.
#include "target.hpp"
#include "websocket/deflate_offer.hpp"

namespace patchbay::fuzz {
namespace {

using namespace websocket;

std::string written(const Extension& extension) {
    std::string text{extension.name};
    for (const auto& [name, value] : extension.parameters) {
        text.append(" ;\t").append(name);
        if (value) text.append("=\"").append(*value).append("\"");
    }
    return text;
}

void check_same(const Extension& one, const Extension& other) {
    require(one.name == other.name && one.parameters.size() == other.parameters.size(),
            "it is the same extension");
    for (std::size_t i = 0; i < one.parameters.size(); ++i)
        require(one.parameters[i].name == other.parameters[i].name &&
                    one.parameters[i].value == other.parameters[i].value,
                "its parameters are the same");
}

void check_answer(const Extension& offer, const DeflateOptions& options) {
    const auto answer = answer_deflate_offer(offer, options);
    if (!answer) return;
    const DeflateParameters& agreed = answer->parameters;
    require(agreed.server_max_window_bits >= 8 && agreed.server_max_window_bits <= options.window_bits,
            "the server's window is within what it offers");
    require(agreed.client_max_window_bits >= 8 && agreed.client_max_window_bits <= 15,
            "a window of a client");
    std::string_view text = answer->extension;
    const auto said = take_extension(text);
    require(said && text.empty(), "the answer is well-formed");
    const auto again = answer_deflate_offer(*said, options);
    require(again && again->extension == answer->extension,
            "the answer is one that would be accepted as it is");
}

}  // namespace

void websocket_extensions(std::string_view input) {
    while (!input.empty()) {
        const std::size_t before = input.size();
        const auto extension = take_extension(input);
        if (!extension) return;
        require(input.size() < before, "something is taken");
        const std::string anew = written(*extension);
        std::string_view rest = anew;
        const auto again = take_extension(rest);
        require(again && rest.empty(), "what is written anew is well-formed");
        check_same(*again, *extension);
        check_answer(*extension, {});
        check_answer(*extension, {.context_takeover = true, .window_bits = 10});
    }
}

}  // namespace patchbay::fuzz
