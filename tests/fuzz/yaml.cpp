// The configuration loader: a configuration or a list of problems, and a tree that reads the same when it is
// written anew.
#include "config/document.hpp"
#include "config/loader.hpp"
#include "target.hpp"

#include <algorithm>
#include <optional>

namespace patchbay::fuzz {
namespace {

using detail::YamlNode;

std::size_t lines_of(std::string_view text) {
    return 1 + static_cast<std::size_t>(
                   std::count_if(text.begin(), text.end(), [](char c) { return c == '\n' || c == '\r'; }));
}

void check(const ConfigError& error, std::string_view text) {
    require(!error.problems().empty() && !std::string_view{error.what()}.empty(), "a refusal says why");
    for (const ConfigProblem& problem : error.problems()) {
        require(!problem.text.empty(), "a problem has a text");
        require(problem.at.line <= lines_of(text), "a problem lies in the file");
        require(to_string(problem).find('\n') == std::string::npos, "a problem is one line");
    }
}

std::optional<YamlNode> tree_of(std::string_view text) {
    detail::ConfigProblems problems;
    try {
        YamlNode tree = detail::read_yaml(text, "fuzz.yaml", problems);
        problems.raise_if_any();
        return tree;
    } catch (const ConfigError& error) {
        check(error, text);
        return std::nullopt;
    }
}

// False when YAML has no plain way to write it: keys of one line are at most 1024 characters.
bool write_text(std::string_view text, std::string& out) {
    static constexpr std::string_view digits = "0123456789abcdef";
    out += '"';
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7f) {
            (out += "\\x") += digits[byte >> 4U];
            out += digits[byte & 15U];
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    out += '"';
    return text.size() < 200;
}

bool write(const YamlNode& node, std::string& out) {
    const bool mapping = node.kind == YamlNode::Kind::mapping;
    if (node.kind == YamlNode::Kind::null) return out += '~', true;
    if (!mapping && node.kind != YamlNode::Kind::sequence) return write_text(node.text, out);
    out += mapping ? "{" : "[";
    bool plain = true;
    for (const YamlNode& child : node.children) {
        if (mapping) {
            plain = write_text(child.key, out) && plain;
            out += ": ";
        }
        plain = write(child, out) && plain;
        out += ", ";
    }
    out += mapping ? "}" : "]";
    return plain;
}

bool same(const YamlNode& a, const YamlNode& b) {
    const auto kind = [](const YamlNode& node) {
        return node.kind == YamlNode::Kind::plain ? YamlNode::Kind::quoted : node.kind;
    };
    return kind(a) == kind(b) && a.text == b.text && a.key == b.key &&
           std::equal(a.children.begin(), a.children.end(), b.children.begin(), b.children.end(), same);
}

}  // namespace

void yaml(std::string_view input) {
    if (input.size() > 16 * 1024) return;
    try {
        parse_config(input, "/no/such/folder/fuzz.yaml", {});
    } catch (const ConfigError& error) {
        check(error, input);
    }
    const auto tree = tree_of(input);
    std::string anew;
    if (!tree || !write(*tree, anew)) return;
    const auto again = tree_of(anew);
    require(again && same(*tree, *again), "a tree that is written anew is the same");
}

}  // namespace patchbay::fuzz
