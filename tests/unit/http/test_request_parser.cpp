#include "http/request_parser.hpp"

#include <patchbay/request.hpp>

#include <catch2/catch.hpp>

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

using namespace patchbay;

namespace {

constexpr std::size_t body_limit = 1000;

/// Feeds a request in pieces, as a connection does.
struct Fed {
    explicit Fed(std::string_view bytes, std::size_t piece = 1'000'000, std::size_t limit = body_limit) {
        parser.reset({.bytes = {.target = 1000, .head = 2048}, .fields = 8});
        while (step == RequestParser::Step::need_more && !bytes.empty()) {
            const std::string_view part = bytes.substr(0, piece);
            bytes.remove_prefix(part.size());
            parser.rebase(buffer.make_space(part.size()));
            std::memcpy(buffer.space(), part.data(), part.size());
            buffer.commit(part.size());
            advance(limit);
        }
    }

    void advance(std::size_t limit) {
        step = parser.parse(buffer);
        if (step != RequestParser::Step::head) return;
        if (!parser.body_limit(limit)) {
            too_long = true;
            return;
        }
        step = parser.parse(buffer);
    }

    RequestParser parser;
    Buffer buffer;
    RequestParser::Step step = RequestParser::Step::need_more;
    bool too_long = false;
};

unsigned refusal_of(std::string_view bytes) {
    Fed fed{bytes};
    return fed.step == RequestParser::Step::refused
               ? static_cast<unsigned>(request_rule(fed.parser.fault()).status)
               : 0;
}

}  // namespace

TEST_CASE("a request without a body") {
    Fed fed{"GET /a?b=c HTTP/1.1\r\nHost: here\r\nX-Empty:\r\nAccept:  text/html \r\n\r\nnext"};
    REQUIRE(fed.step == RequestParser::Step::complete);
    const detail::RequestData& request = fed.parser.request();
    CHECK(request.method == http::verb::get);
    CHECK(request.target == "/a?b=c");
    CHECK(request.version == 11);
    REQUIRE(request.headers.size() == 3);
    CHECK(request.headers[1].name == "X-Empty");
    CHECK(request.headers[1].value.empty());
    CHECK(request.headers[2].value == "text/html");
    CHECK(request.headers[0].value == "here");
    fed.parser.host("there");
    CHECK(request.headers[0].value == "there");
    CHECK(fed.parser.keep_alive());
    CHECK(fed.buffer.size() - fed.parser.size() == 4);
}

TEST_CASE("requests split at every byte read the same") {
    const std::string head = "POST /echo HTTP/1.1\r\nHost: here\r\n";
    const std::vector<std::string> requests{
        head + "Content-Length: 11\r\n\r\nhello world",
        head + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n",
        head +
            "Transfer-Encoding: Chunked\r\n\r\n1\r\nh\r\n1\r\ne\r\n9\r\nllo world\r\n0\r\nTrailer: t\r\n\r\n",
    };
    const std::string& request = GENERATE_REF(from_range(requests));
    const auto piece =
        GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, std::size_t{1000});
    Fed fed{request, piece};
    REQUIRE(fed.step == RequestParser::Step::complete);
    CHECK(fed.parser.request().body == "hello world");
    CHECK(fed.parser.request().target == "/echo");
    CHECK(fed.parser.request().headers[0].value == "here");
    CHECK(fed.parser.size() == fed.buffer.size());
    CHECK(fed.parser.request().headers.size() == 2);  // no trailer among them (RFC 9110 §6.5)
}

TEST_CASE("the views survive a body that makes the buffer grow") {
    const std::string body(100'000, 'x');
    Fed fed{"POST /big HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n" + body, 4000, 200'000};
    REQUIRE(fed.step == RequestParser::Step::complete);
    CHECK(fed.parser.request().body == body);
    CHECK(fed.parser.request().method_name == "POST");
    CHECK(fed.parser.request().target == "/big");
    CHECK(fed.parser.request().headers[0].name == "Host");
}

TEST_CASE("what was derived from the target moves with it, and what lies elsewhere stays") {
    RequestParser parser;
    Buffer buffer;
    parser.reset({.bytes = {.target = 1000, .head = 2048}, .fields = 8});
    const auto feed = [&](std::string_view bytes) {
        parser.rebase(buffer.make_space(bytes.size()));
        std::memcpy(buffer.space(), bytes.data(), bytes.size());
        buffer.commit(bytes.size());
        return parser.parse(buffer);
    };
    REQUIRE(feed("POST /users/7?x=1 HTTP/1.1\r\nHost: here\r\nContent-Length: 100000\r\n\r\n") ==
            RequestParser::Step::head);
    detail::RequestData& request = parser.request();
    const std::string elsewhere = "/decoded";
    request.path = request.target.substr(0, 8);
    request.query = request.target.substr(9);
    parser.path_params().add("id", request.path.substr(7));
    parser.path_params().add("other", elsewhere);
    request.path_params = parser.path_params();
    REQUIRE(parser.body_limit(200'000));
    REQUIRE(feed(std::string(50'000, 'x')) == RequestParser::Step::need_more);
    CHECK(request.path.data() == request.target.data());
    CHECK(request.path == "/users/7");
    CHECK(request.query == "x=1");
    CHECK(Request{request}.path_param("id") == "7");
    CHECK(Request{request}.path_param("other").data() == elsewhere.data());
    request.path = elsewhere;
    REQUIRE(feed(std::string(50'000, 'x')) == RequestParser::Step::complete);
    CHECK(request.path.data() == elsewhere.data());
    CHECK(request.query == "x=1");
}

TEST_CASE("a body in tiny chunks needs no more memory than its bytes") {
    std::string request = "POST / HTTP/1.1\r\nHost: here\r\nTransfer-Encoding: chunked\r\n\r\n";
    for (int i = 0; i < 900; ++i) request += "1;extension=of-some-length\r\nx\r\n";
    Fed fed{request + "0\r\n\r\n", 50};
    REQUIRE(fed.step == RequestParser::Step::complete);
    CHECK(fed.parser.request().body == std::string(900, 'x'));
    CHECK(fed.buffer.has_usual_capacity());
}

TEST_CASE("a body beyond the limit is refused as soon as that is known") {
    Fed announced{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"};
    CHECK(announced.too_long);
    Fed chunked{"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n"};
    REQUIRE(chunked.step == RequestParser::Step::refused);
    CHECK(chunked.parser.fault() == RequestFault::body_too_large);
    CHECK(refusal_of(
              "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n") != 0);
}

TEST_CASE("limits on the head") {
    CHECK(refusal_of("GET / HTTP/1.1\r\nHost: h\r\nX: " + std::string(5000, 'x') + "\r\n\r\n") == 431);
    CHECK(refusal_of("GET /" + std::string(5000, 'x')) == 414);
    std::string many = "GET / HTTP/1.1\r\nHost: h\r\n";
    for (int i = 0; i < 8; ++i) many += "X: y\r\n";
    CHECK(refusal_of(many + "\r\n") == 431);
}

TEST_CASE("versions and connection persistence") {
    CHECK(refusal_of("GET / HTTP/2.0\r\nHost: h\r\n\r\n") == 505);
    CHECK(refusal_of("GET /\r\n\r\n") == 400);
    CHECK_FALSE(Fed{"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"}.parser.keep_alive());
    CHECK_FALSE(Fed{"GET / HTTP/1.0\r\n\r\n"}.parser.keep_alive());
    CHECK_FALSE(Fed{"CONNECT h:80 HTTP/1.1\r\nHost: h:80\r\n\r\n"}.parser.keep_alive());
    CHECK(Fed{"GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"}.parser.keep_alive());
    CHECK(Fed{"GET / HTTP/1.7\r\nHost: h\r\n\r\n"}.parser.request().version == 11);  // RFC 9110 §2.5
    CHECK(Fed{"\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"}.step ==
          RequestParser::Step::complete);  // RFC 9112 §2.2
}

TEST_CASE("Expect: 100-continue is for HTTP/1.1") {
    CHECK(Fed{"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-Continue\r\n\r\n"}
              .parser.expects_continue());
    CHECK_FALSE(Fed{"POST / HTTP/1.0\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\n"}
                    .parser.expects_continue());
}
