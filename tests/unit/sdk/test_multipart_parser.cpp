#include "multipart_fixture.hpp"
#include "test_host.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace patchbay;
using test::parse_in_pieces;
using test::part_text;
using test::refusal;
using test::SeenPart;

namespace {

PartHead head_of(std::string_view parameters, std::string_view more = {}) {
    const std::string body = part_text(parameters, "", more);
    MultipartParser parser{"XX"};
    parser.feed(body);
    REQUIRE(parser.next() == MultipartParser::Event::part);
    return parser.take_part();
}

std::string refusal_of(std::string_view body, std::size_t size, MultipartLimits limits = {}) {
    return refusal([&] { parse_in_pieces(body, size, limits); });
}

}  // namespace

TEST_CASE("a form reads the same, however it is cut to pieces") {
    const std::string body = "a preamble\r\n--X\r\n" + part_text("name=title", "Hello") +
                             part_text("name=\"file\"; filename=\"a.txt\"",
                                       "\r\n--X\r\n--XY\r\r\n\r\n--\r\n-XX", "Content-Type: text/plain\r\n") +
                             part_text("name=empty", "") + part_text("name=none; filename=\"\"", "") +
                             "--XX--\r\nan epilogue --XX\r\n--XX\r\n";
    const std::string text = "\r\n--X\r\n--XY\r\r\n\r\n--\r\n-XX";
    const std::vector<SeenPart> parts{
        {"title", {}, "Hello"}, {"file", "a.txt", text}, {"empty", {}, ""}, {"none", "", ""}};
    for (std::size_t size = 1; size <= body.size(); ++size) {
        INFO(size);
        CHECK(parse_in_pieces(body, size) == parts);
    }
}

TEST_CASE("a part in one piece has its data in one piece, which is a view of it") {
    const std::string body = part_text("name=a", "x\r\n--Xy\r\r\n") + "--XX--";
    MultipartParser parser{"XX"};
    parser.feed(body);
    CHECK(parser.next() == MultipartParser::Event::part);
    CHECK(parser.next() == MultipartParser::Event::data);
    CHECK(parser.data() == "x\r\n--Xy\r\r\n");
    CHECK(parser.data().data() == body.data() + body.find("x\r\n"));
    CHECK(parser.next() == MultipartParser::Event::part_end);
    CHECK(parser.next() == MultipartParser::Event::end);
    CHECK_FALSE(parser.next());
    parser.finish();
}

TEST_CASE("a form may be without parts, and a part without an empty line of its own") {
    const std::size_t size = GENERATE(1, 2, 3, 100);
    CHECK(parse_in_pieces("--XX--", size).empty());
    CHECK(parse_in_pieces("\r\n--XX-- \t\r\n", size).empty());
    const std::string head = "--XX \t\r\nContent-Disposition: form-data; name=a\r\n\r\n";
    CHECK(parse_in_pieces(head + "--XX--", size) == std::vector<SeenPart>{{"a", {}, ""}});
    CHECK(parse_in_pieces(head + "--X\r\n--XX--", size) == std::vector<SeenPart>{{"a", {}, "--X"}});
    CHECK(parse_in_pieces(head + "\n--\r\n--XX--", size) == std::vector<SeenPart>{{"a", {}, "\n--"}});
}

TEST_CASE("random forms in random pieces read as they were written") {
    std::mt19937 random{GENERATE(1U, 2U, 3U, 4U)};
    const std::vector<std::string_view> bits{"\r", "\n",      "\r\n",   "--", "-",
                                             "X",  "\r\n--X", "\r\n--", "a",  "XX"};
    for (int round = 0; round < 500; ++round) {
        std::string body;
        std::vector<SeenPart> parts(random() % 4);
        for (SeenPart& part : parts) {
            part.name = "n";
            for (std::size_t count = random() % 12; count > 0; --count)
                part.data += bits[random() % bits.size()];
            const auto found = ("\r\n" + part.data).find("\r\n--XX");
            if (found != std::string::npos) part.data.resize(found == 0 ? 0 : found - 2);
            body += part_text("name=n", part.data);
        }
        body += "--XX--";
        INFO(body);
        REQUIRE(parse_in_pieces(body, 1 + random() % (body.size() + 1)) == parts);
    }
}

TEST_CASE("the boundary has rules") {
    for (const std::string_view good : {"a", "----WebKitFormBoundary7MA4YWxk", "a b", "'()+_,-./:=?"})
        CHECK_NOTHROW(MultipartParser{good});
    CHECK_NOTHROW(MultipartParser{std::string(70, 'x')});
    for (const std::string_view bad : {"", "a ", "a\"", "a\r", "a;b", "\xc3\xbc", "a@b"})
        CHECK_THAT(refusal([&] { MultipartParser{bad}; }), Catch::StartsWith("400 the boundary"));
    CHECK_THAT(refusal([] { MultipartParser{std::string(71, 'x')}; }), Catch::StartsWith("400 the boundary"));
}

TEST_CASE("what could be read in two ways is refused, and the byte is named") {
    const std::string head = "--XX\r\nContent-Disposition: form-data; name=a\r\n";
    const auto [body, message] = GENERATE_COPY(table<std::string, std::string>(
        {{"", "the form is malformed at byte N: the body ends before the last boundary"},
         {"--XX", "the form is malformed at byte N: the body ends before the last boundary"},
         {"--XX-", "the form is malformed at byte N: the body ends before the last boundary"},
         {"text", "the form is malformed at byte N: the body ends before the last boundary"},
         {head, "part 1 of the form is malformed at byte N: the body ends before the last boundary"},
         {head + "\r\nx\r\n--X", "the form is malformed at byte N: the body ends before the last boundary"},
         {"--XXY", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX\n", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX -", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX\rx", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX-x", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX--x", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX--\rx", "the form is malformed at byte N: only white space and CR LF may follow a boundary"},
         {"--XX--\r", "the form is malformed at byte N: a CR without LF follows the last boundary"},
         {"--XX\r\nA: b\n", "part 1 of the form is malformed at byte N: a header line ends with LF alone"},
         {"--XX\r\n\n", "part 1 of the form is malformed at byte N: a header line ends with LF alone"},
         {head + "\n", "part 1 of the form is malformed at byte N: a header line ends with LF alone"},
         {"--XX\r\nA: b\rc\r\n",
          "part 1 of the form is malformed at byte N: a header line has a control character"},
         {head + " name=b\r\n", "part 1 of the form is malformed at byte N: a header line has no name"},
         {head + "--XX: b\r\n", "part 1 of the form is malformed at byte N: a boundary among its headers"},
         {"--XX\r\nA\r\n", "part 1 of the form is malformed at byte N: a header line has no name"},
         {"--XX\r\nA : b\r\n", "part 1 of the form is malformed at byte N: a header line has no name"},
         {"--XX\r\n: b\r\n", "part 1 of the form is malformed at byte N: a header line has no name"},
         {"--XX\r\n\r\n", "part 1 of the form is malformed at byte N: it has no Content-Disposition"},
         {head + "content-DISPOSITION: form-data; name=b\r\n\r\n",
          "part 1 of the form is malformed at byte N: it has two Content-Dispositions"},
         {head + "Content-Type: a/b\r\nContent-Type: a/b\r\n\r\n",
          "part 1 of the form is malformed at byte N: it has two Content-Types"},
         {head + "Content-Type: text\r\n\r\n",
          "part 1 of the form is malformed at byte N: its Content-Type is no media type"},
         {head + "Content-Transfer-Encoding: base64\r\n\r\n",
          "part 1 of the form is malformed at byte N: its Content-Transfer-Encoding would change the "
          "data"}}));
    INFO(body);
    std::string expected = "400 " + message;
    expected.replace(expected.find('N'), 1, std::to_string(body.size()));  // the last one
    CHECK(refusal_of(body, 1) == expected);
    CHECK(refusal_of(body, 1000) == expected);
}

TEST_CASE("a disposition that can't be read is refused") {
    const auto parameters = GENERATE(
        as<std::string_view>{}, "", "filename=a", "name", "name=", "name=\"a", "name=a b", "name=\"a\"b",
        "name=\"a\"\"b\"", "name =a", "name= a", "name=a; name=b", "name=a; NAME=a",
        "name=a; filename=b; filename=b", "name=\xc3\xbc", "name=a; filename*=b", "name=a; filename*=UTF-8'b",
        "name=a; filename*=''b", "name=a; filename*=ISO-8859-1''b", "name=a; filename*=UTF-8''%4",
        "name=a; filename*=\"UTF-8''b\"", "name=a; filename*=UTF-8''a b",
        "name=a; filename*=UTF-8''b; filename*=UTF-8''b", "name=a; b@=c");
    const std::string body = part_text(parameters, "") + "--XX--";
    CHECK_THAT(refusal_of(body, 100), Catch::Contains("its Content-Disposition "));
    CHECK_THAT(refusal_of("--XX\r\nContent-Disposition: attachment; name=a\r\n\r\n\r\n--XX--", 100),
               Catch::EndsWith("its Content-Disposition is not form-data"));
}

TEST_CASE("names may be quoted, as browsers and other clients do") {
    CHECK(head_of("name=plain").name == "plain");
    CHECK(head_of("NAME=\"a;b\" ;").name == "a;b");
    CHECK(head_of("name=\"\"").name == "");
    CHECK(head_of("name=\"\xc3\xbc\"").name == "\xc3\xbc");
    CHECK(head_of(R"(name="a%22b%0D%0ac%25d%")").name == "a\"b\r\nc%25d%");
    CHECK(head_of(R"(name="a\"b\\c\d")").name == R"(a"b\c\d)");
    CHECK(head_of("name=a; x=y; filename=f").file_name == "f");
    CHECK_FALSE(head_of("name=a; x=y").file_name);
}

TEST_CASE("a file name is never a path") {
    const auto file_name = [](std::string_view text) {
        return head_of("name=a; filename=\"" + std::string{text} + "\"").file_name.value();
    };
    CHECK(file_name("../../etc/passwd") == "passwd");
    CHECK(file_name("/etc/passwd") == "passwd");
    CHECK(file_name(R"(C:\Users\ada\notes.txt)") == "notes.txt");
    CHECK(file_name(R"(C:\\Users\\notes.txt)") == "notes.txt");
    CHECK(file_name("a/") == "");
    CHECK(file_name("..") == "__");
    CHECK(file_name("a/.") == "_");
    CHECK(file_name("a%0d%0Ab%2Fc") == "a__b%2Fc");
    CHECK(file_name("100%25 f\xc3\xbcr.txt") == "100%25 f\xc3\xbcr.txt");
    CHECK(head_of("name=a; filename=old; filename*=utf-8'de'%C3%BC%2f+%25.txt").file_name == "+%.txt");
    CHECK(head_of("name=a; filename*=UTF-8''%C3%BC; filename=old").file_name == "\xc3\xbc");
    CHECK(head_of("name=a; filename*=UTF-8''a%00b").file_name == "a_b");
}

TEST_CASE("a part has its headers and says its type") {
    const PartHead head = head_of("name=a", "X-One:  1 \t\r\nCONTENT-type: Text/HTML;charset=x\r\n");
    CHECK(head.content_type == "Text/HTML;charset=x");
    REQUIRE(head.headers.size() == 3);
    CHECK(head.headers[1] == std::pair<std::string, std::string>{"x-one", "1"});
    CHECK(head_of("name=a", "Content-Transfer-Encoding: Binary\r\n").content_type.empty());
}

TEST_CASE("what is beyond a limit is 413 and says which") {
    const std::string field = part_text("name=a", "12345") + "--XX--";
    const std::string file = part_text("name=a; filename=f", "12345") + "--XX--";
    const std::size_t size = GENERATE(1, 7, 1000);
    CHECK(refusal_of(field, size, {.field_bytes = 5, .file_bytes = 0}) == "no error");
    CHECK(refusal_of(field, size, {.field_bytes = 4}) == "413 part 1 of the form has more than 4 bytes");
    CHECK(refusal_of(file, size, {.field_bytes = 0, .file_bytes = 5}) == "no error");
    CHECK(refusal_of(file, size, {.file_bytes = 4}) == "413 part 1 of the form has more than 4 bytes");
    CHECK(refusal_of(field, size, {.total_bytes = field.size()}) == "no error");
    CHECK(refusal_of(field, size, {.total_bytes = field.size() - 1}) ==
          "413 the form has more than " + std::to_string(field.size() - 1) + " bytes");
    const std::string two = part_text("name=a", "") + part_text("name=a", "") + "--XX--";
    CHECK(refusal_of(two, size, {.parts = 2}) == "no error");
    CHECK(refusal_of(two, size, {.parts = 1}) == "413 the form has more than 1 parts");
    const std::size_t head = std::string_view{"Content-Disposition: form-data; name=a\r\n\r\n"}.size();
    CHECK(refusal_of(two, size, {.header_bytes = head}) == "no error");
    CHECK(refusal_of(two, size, {.header_bytes = head - 1}) ==
          "413 the head of part 1 of the form has more than " + std::to_string(head - 1) + " bytes");
    std::string lines;
    for (int i = 0; i < 32; ++i) lines += "A:\r\n";
    CHECK_THAT(refusal_of(part_text("name=a", "", lines), size),
               Catch::EndsWith("more than 32 header lines"));
}

TEST_CASE("the parser can't be used against its contract") {
    MultipartParser parser{"XX"};
    parser.feed("--XX\n");
    CHECK_THROWS_AS(parser.feed("x"), std::logic_error);
    CHECK_THROWS_AS(parser.finish(), std::logic_error);
    CHECK_THROWS_AS(parser.next(), HttpError);
    CHECK_THROWS_AS(parser.next(), std::logic_error);
}

TEST_CASE("data full of near-boundaries cost no memory and are given once") {
    std::string head = part_text("name=a; filename=f", "");
    head.resize(head.size() - 2);
    std::string data;
    while (data.size() < 1'000'000) data += "\r\n--X\r\r\n--X\r\n-";
    MultipartParser parser{"XX"};
    parser.feed(head);
    REQUIRE(parser.next() == MultipartParser::Event::part);
    REQUIRE_FALSE(parser.next());
    const std::size_t size = GENERATE(1, 5, 1'000'000);
    const std::size_t before = test::allocations();
    std::size_t bytes = 0, events = 0;
    for (std::string_view rest = data; !rest.empty(); rest.remove_prefix(std::min(rest.size(), size))) {
        parser.feed(rest.substr(0, size));
        for (; parser.next(); ++events) bytes += parser.data().size();
    }
    CHECK(test::allocations() == before);
    CHECK(bytes + 8 >= data.size());                // the rest may yet be a boundary
    CHECK(events <= 2 * (data.size() / size + 1));  // what was held back, and what follows it
}
