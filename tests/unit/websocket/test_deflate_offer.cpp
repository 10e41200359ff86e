#include "websocket/deflate_offer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

using namespace patchbay::websocket;

namespace {

// The answer to one offer, as its header says it; "-" when it is declined, "!" when it is malformed.
std::string answer(std::string_view offer, const DeflateOptions& options = {}) {
    const auto extension = take_extension(offer);
    if (!extension || !offer.empty()) return "!";
    const auto answer = answer_deflate_offer(*extension, options);
    return answer ? answer->extension : "-";
}

const std::string none_kept = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

}  // namespace

TEST_CASE("without context takeover, both sides are told so") {
    const std::vector<std::pair<std::string, std::string>> cases{
        {"permessage-deflate", ""},
        {"Permessage-Deflate", ""},
        {"permessage-deflate; client_max_window_bits", "; client_max_window_bits=15"},
        {"permessage-deflate;client_max_window_bits=9", "; client_max_window_bits=9"},
        {"permessage-deflate ; server_max_window_bits = 10", "; server_max_window_bits=10"},
        {"permessage-deflate; server_max_window_bits=8", "; server_max_window_bits=8"},
        {"permessage-deflate; server_max_window_bits=15", "; server_max_window_bits=15"},
        {"permessage-deflate; server_max_window_bits=\"12\"", "; server_max_window_bits=12"},
        {"permessage-deflate; server_max_window_bits=\"1\\2\"", "; server_max_window_bits=12"},
        {"permessage-deflate; server_no_context_takeover; client_no_context_takeover", ""},
    };
    for (const auto& [offer, more] : cases) {
        CAPTURE(offer);
        CHECK(answer(offer) == none_kept + more);
    }
}

TEST_CASE("with context takeover, each side may still be asked not to keep it") {
    const DeflateOptions keeps{.context_takeover = true, .window_bits = 12};
    const std::string plain = "permessage-deflate";
    CHECK(answer(plain, keeps) == plain + "; server_max_window_bits=12");
    CHECK(answer(plain + "; server_no_context_takeover", keeps) ==
          plain + "; server_no_context_takeover; server_max_window_bits=12");
    CHECK(answer(plain + "; client_no_context_takeover; client_max_window_bits", keeps) ==
          plain + "; client_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12");
    CHECK(answer(plain + "; server_max_window_bits=10; client_max_window_bits=9", keeps) ==
          plain + "; server_max_window_bits=10; client_max_window_bits=9");
}

TEST_CASE("what was agreed on is what is said") {
    std::string_view offer = "permessage-deflate; server_max_window_bits=10; client_max_window_bits";
    const auto answer =
        answer_deflate_offer(*take_extension(offer), {.context_takeover = true, .window_bits = 13});
    REQUIRE(answer);
    CHECK_FALSE(answer->parameters.server_no_context_takeover);
    CHECK_FALSE(answer->parameters.client_no_context_takeover);
    CHECK(answer->parameters.server_max_window_bits == 10);
    CHECK(answer->parameters.client_max_window_bits == 13);
    // A client that does not know the parameter may use the whole window.
    offer = "permessage-deflate";
    CHECK(answer_deflate_offer(*take_extension(offer), {.context_takeover = true, .window_bits = 13})
              ->parameters.client_max_window_bits == 15);
}

TEST_CASE("an offer with a parameter that is unknown, doubled or wrong is declined") {
    for (const char* parameters :
         {"x", "x=1", "server_no_context_takeover=1", "client_no_context_takeover=true",
          "server_max_window_bits", "server_max_window_bits=7", "server_max_window_bits=16",
          "server_max_window_bits=09", "server_max_window_bits=+9", "server_max_window_bits=9x",
          "client_max_window_bits=7", "client_max_window_bits=16", "client_max_window_bits=08",
          "client_max_window_bits=15; client_max_window_bits",
          "server_no_context_takeover; server_no_context_takeover",
          "server_max_window_bits=9; server_max_window_bits=9", "Server_No_Context_Takeover"}) {
        CAPTURE(parameters);
        CHECK(answer(std::string{"permessage-deflate; "} + parameters) == "-");
    }
    CHECK(answer("permessage-bzip2") == "-");
    CHECK(answer("x-webkit-deflate-frame") == "-");
}

TEST_CASE("a list of extensions is taken apart") {
    std::string_view list = " a ,, b;x;y=1 ; z = \"a\\b\" ,c,";
    auto extension = take_extension(list);
    REQUIRE(extension);
    CHECK(extension->name == "a");
    CHECK(extension->parameters.empty());
    extension = take_extension(list);
    REQUIRE(extension);
    CHECK(extension->name == "b");
    REQUIRE(extension->parameters.size() == 3);
    CHECK(extension->parameters[0].name == "x");
    CHECK_FALSE(extension->parameters[0].value);
    CHECK(extension->parameters[1].value == "1");
    CHECK(extension->parameters[2].name == "z");
    CHECK(extension->parameters[2].value == "ab");
    extension = take_extension(list);
    REQUIRE(extension);
    CHECK(extension->name == "c");
    CHECK(list.empty());
}

TEST_CASE("a malformed list of extensions is none") {
    for (const char* list :
         {";", ",", "a b", "a;", "a;;b", "a; =1", "a; b=", "a; b=\"", "a; b=\"\"", "a; b=\"x", "a; b=\"x y\"",
          "a; b=\"x\\", "a; b=c d", "a=1", "\"a\"", "a; b=\"c\"d", "a; b==1", "(a)"}) {
        CAPTURE(list);
        CHECK(answer(list) == "!");
    }
}
