#include "config/document.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace patchbay;
using namespace patchbay::detail;

namespace {

YamlNode read(std::string_view text) {
    ConfigProblems problems;
    auto node = read_yaml(text, "f", problems);
    problems.raise_if_any();
    return node;
}

std::string problem_of(std::string_view text) {
    try {
        read(text);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return {};
}

std::string repeated(std::string_view text, std::size_t times) {
    std::string all;
    for (std::size_t i = 0; i < times; ++i) all += text;
    return all;
}

}  // namespace

TEST_CASE("nodes know their kind, text and place", "[config]") {
    const auto root = read("a: 1\nb:\n  - 'x'\n  - \"y\"\nc:\n");
    REQUIRE(root.kind == YamlNode::Kind::mapping);
    REQUIRE(root.children.size() == 3);
    CHECK(root.children[0].kind == YamlNode::Kind::plain);
    CHECK(root.children[0].text == "1");
    CHECK(to_string(root.children[0].key_at) == "f:1:1");
    CHECK(to_string(root.children[0].at) == "f:1:4");
    CHECK(root.children[1].children[1].kind == YamlNode::Kind::quoted);
    CHECK(to_string(root.children[1].children[1].at) == "f:4:5");
    CHECK(root.children[2].kind == YamlNode::Kind::null);
    CHECK(to_string(place_of(root.children[2])) == "f:5:1");
}

TEST_CASE("files that hold nothing are null", "[config]") {
    for (const auto* const text :
         {"", "\n\n", "# only a comment\n", "---\n", "---\n...\n", "\xEF\xBB\xBF", "~"})
        CHECK(read(text).kind == YamlNode::Kind::null);
}

TEST_CASE("columns count characters, and a byte order mark and CR LF change no place", "[config]") {
    const auto root = read(
        "\xEF\xBB\xBF"
        "{\xC3\xA9: \"\xF0\x9F\x98\x80\", b: 1}\r\n");
    CHECK(root.children[0].key == "\xC3\xA9");
    CHECK(to_string(root.children[1].key_at) == "f:1:10");
    CHECK(to_string(read("a: 1\r\nb: 2\r\n").children[1].at) == "f:2:4");
}

TEST_CASE("an empty list item is where its dash is", "[config]") {
    const auto root = read("a:\n  -\n  # nothing\n  - x\n  -\nb: [~, ]\nc:\n- null\n");
    CHECK(to_string(root.children[0].children[0].at) == "f:2:3");
    CHECK(to_string(root.children[0].children[2].at) == "f:5:3");
    CHECK(to_string(root.children[1].children[0].at) == "f:6:5");
    CHECK(to_string(root.children[2].children[0].at) == "f:8:3");
}

TEST_CASE("an alias is what it stands for, at its own place", "[config]") {
    const auto root = read("a: &x [1, 2]\nb: *x\n");
    CHECK(root.children[1].children.size() == 2);
    CHECK(root.children[1].children[1].text == "2");
    CHECK(to_string(root.children[1].at) == "f:2:4");
    CHECK(to_string(root.children[1].children[1].at) == "f:1:11");
}

TEST_CASE("quotes that are closed are no problem", "[config]") {
    const auto root = read("a: 'it''s'\nb: \"\\\"\\\\\"\nc: &n 'x\n  y'\nd: ''\ne: *n\n'f': |\n  it's\n");
    CHECK(root.children[0].text == "it's");
    CHECK(root.children[1].text == "\"\\");
    CHECK(root.children[2].text == "x y");
    CHECK(root.children[3].text.empty());
    CHECK(root.children[5].text == "it's\n");
}

TEST_CASE("quotes that are never closed are found", "[config]") {
    for (const auto* const text :
         {"a: 'x\nb: 2\n", "a: \"x\nb: 2\n", "a: 'it''s\n", "a: \"x\\\"\n", "a: &n 'x\n"})
        CHECK(problem_of(text) == "f:1:4: a: the quote that begins here is never closed");
}

TEST_CASE("bytes that are not UTF-8 are refused where they stand", "[config]") {
    const std::string answer = "is not UTF-8; save the file as UTF-8";
    CHECK(problem_of("a: 1\nb: \xFF\n") == "f:2:4: byte 0xFF " + answer);
    CHECK(problem_of("a: \xC3\n") == "f:1:4: byte 0xC3 " + answer);
    CHECK(problem_of("a: \xC0\xAF") == "f:1:4: byte 0xC0 " + answer);
    CHECK(problem_of("a: \xED\xA0\x80") == "f:1:4: byte 0xED " + answer);
    CHECK(problem_of("a: \xE0\x80\x80") == "f:1:4: byte 0xE0 " + answer);
    CHECK(problem_of("a: \xF4\x90\x80\x80") == "f:1:4: byte 0xF4 " + answer);
    CHECK(problem_of("\xFF\xFE"
                     "a") == "f:1:1: byte 0xFF " + answer);
    CHECK(problem_of("a: \xED\x9F\xBF\xF4\x8F\xBF\xBF") == "");
}

TEST_CASE("control characters are refused, among them the one that ends a file for yaml-cpp", "[config]") {
    CHECK(problem_of(std::string_view{"a: 1\nb: \0\n", 10}) ==
          "f:2:4: control character 0x00 is not allowed in YAML");
    CHECK(problem_of("a: 1\x04\nb: 2\n") == "f:1:5: control character 0x04 is not allowed in YAML");
    CHECK(problem_of("a: 1\rb: 2\n") == "f:1:5: a carriage return stands alone; end lines with LF or CR LF");
    CHECK(problem_of("a:\t1\n") == "");
}

TEST_CASE("nesting has a limit and the problem names the right line", "[config]") {
    CHECK(problem_of(repeated("[", 32) + repeated("]", 32)) == "");
    const auto too_deep = problem_of(repeated("[", 33) + repeated("]", 33));
    CHECK(too_deep.starts_with("f:1:33: "));
    CHECK(too_deep.ends_with(": nested more than 32 levels deep"));
    std::string steps;
    for (std::size_t level = 0; level < 40; ++level) steps += std::string(level, ' ') + "a:\n";
    const auto problem = problem_of(steps);
    CHECK(problem.starts_with("f:33:33: "));
    CHECK(problem.ends_with(": nested more than 32 levels deep"));
    CHECK_FALSE(problem_of(repeated("[", 500'000)).empty());
    CHECK_FALSE(problem_of(repeated("{a: ", 200'000)).empty());
}

TEST_CASE("nesting through aliases counts too", "[config]") {
    const auto deep = "a: &a " + repeated("[", 20) + repeated("]", 20) + "\nb: " + repeated("[", 20) + "*a" +
                      repeated("]", 20);
    CHECK(problem_of(deep).find("nested more than 32 levels deep") != std::string::npos);
}

TEST_CASE("an alias bomb is refused before it is built", "[config]") {
    std::string bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int level = 1; level < 12; ++level) {
        const auto above = "*a" + std::to_string(level - 1);
        const auto name = "a" + std::to_string(level);
        bomb += name + ": &" + name + " [" + repeated(above + ",", 9) + above + "]\n";
    }
    CHECK(problem_of(bomb).ends_with("the file holds more than 100000 values once its aliases are replaced"));
}

TEST_CASE("cyclic aliases are refused", "[config]") {
    const std::string answer = "the alias stands inside the value it refers to, which would never end";
    CHECK(problem_of("a: &x [1, *x]\n") == "f:1:11: a[1]: " + answer);
    CHECK(problem_of("&x {a: {b: *x}}\n") == "f:1:12: a.b: " + answer);
}

TEST_CASE("files have a largest size", "[config]") {
    CHECK(problem_of(std::string(max_yaml_bytes, '\n')) == "");
    CHECK(problem_of(std::string(max_yaml_bytes + 1, '\n')) == "f: the file is larger than 1MiB");
}

TEST_CASE("long texts are cut in messages, between characters", "[config]") {
    YamlNode node;
    node.kind = YamlNode::Kind::plain;
    node.text = std::string(59, 'x') + "\xC3\xA9" + "y";
    CHECK(describe(node) == '\'' + std::string(59, 'x') + "...'");
    node.text = "one\ntwo";
    CHECK(describe(node) == "'one...'");
}
