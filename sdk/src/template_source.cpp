#include "template_source.hpp"

#include <patchbay/file.hpp>

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace patchbay::detail {
namespace {

constexpr std::size_t most_bytes = std::size_t{1} << 20U;
constexpr std::string_view extension = ".mustache";

[[noreturn]] void too_large(const std::string& place) {
    throw std::runtime_error{place + "the template has more than 1 MiB"};
}

std::string read_whole(const File& file, const std::string& path) {
    if (file.size() > most_bytes) too_large(path + ": ");
    std::string text(file.size(), '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const ssize_t count =
            ::pread(file.descriptor(), text.data() + size, text.size() - size, static_cast<off_t>(size));
        if (count < 0) throw std::system_error{errno, std::generic_category(), "cannot read " + path};
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    text.resize(size);
    return text;
}

std::string_view without_space(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n\v\f";
    text.remove_prefix(std::min(text.find_first_not_of(space), text.size()));
    return text.substr(0, text.find_last_not_of(space) + 1);
}

struct Delimiters {
    std::string begin = "{{", end = "}}";

    bool operator==(const Delimiters&) const = default;
    /// The tag that changes these into `next`.
    std::string to(const Delimiters& next) const {
        return begin + "=" + next.begin + " " + next.end + "=" + end;
    }
};

struct Tag {
    std::size_t begin, end;  // of all of it
    std::string_view content;
};

// The first tag at or after an offset, found as mustache's parser finds it; an empty one at the end of the
// text.
Tag next_tag(std::string_view text, std::size_t from, const Delimiters& delimiters) {
    const std::size_t begin = std::min(text.find(delimiters.begin, from), text.size());
    if (begin == text.size()) return {begin, begin, {}};
    std::size_t content = begin + delimiters.begin.size();
    const bool is_triple = delimiters == Delimiters{} && text.substr(content).starts_with('{');
    const std::string_view closing = is_triple ? std::string_view{"}}}"} : delimiters.end;
    if (is_triple) ++content;
    const std::size_t end = std::min(text.find(closing, content), text.size());
    return {begin, std::min(end + closing.size(), text.size()),
            is_triple ? std::string_view{} : without_space(text.substr(content, end - content))};
}

// "=<% %>="
Delimiters changed_delimiters(std::string_view content) {
    content = without_space(content.substr(1, content.size() - 2));
    const std::size_t space = std::min(content.find(' '), content.size());
    return {std::string{content.substr(0, space)}, std::string{without_space(content.substr(space))}};
}

class Expansion {
public:
    explicit Expansion(const TemplateTexts& texts) noexcept : texts_{texts} {}

    void add(std::string_view name) {
        including_.push_back(name);
        const std::string_view text = texts_.find(name)->second;
        Delimiters delimiters;  // each file begins with the default ones
        for (std::size_t at = 0; at < text.size();) {
            const Tag tag = next_tag(text, at, delimiters);
            const bool is_partial = tag.content.starts_with('>');
            append(text.substr(at, (is_partial ? tag.begin : tag.end) - at));
            if (is_partial) add_partial(without_space(tag.content.substr(1)), delimiters, tag.begin);
            if (tag.content.starts_with('=')) delimiters = changed_delimiters(tag.content);
            at = tag.end;
        }
        if (delimiters != Delimiters{}) append(delimiters.to({}));
        including_.pop_back();
    }
    std::string take() { return std::move(out_); }

private:
    void add_partial(std::string_view name, const Delimiters& delimiters, std::size_t offset) {
        const std::string_view file = including_.back();
        const std::string place = template_place(file, texts_.find(file)->second, offset);
        if (!texts_.contains(name))
            throw std::runtime_error{place + "there is no template '" + std::string{name} + "'"};
        if (std::ranges::find(including_, name) != including_.end())
            throw std::runtime_error{place + "'" + std::string{name} + "' would include itself"};
        const bool is_default = delimiters == Delimiters{};
        if (!is_default) append(delimiters.to({}));
        add(name);
        if (!is_default) append(Delimiters{}.to(delimiters));
    }
    void append(std::string_view text) {
        if (text.size() > most_bytes - out_.size()) too_large(template_place(including_.front(), {}, 0));
        out_ += text;
    }

    const TemplateTexts& texts_;
    std::string out_;
    std::vector<std::string_view> including_;
};

}  // namespace

std::string template_place(std::string_view name, std::string_view text, std::size_t offset) {
    const auto line = 1 + std::ranges::count(text.substr(0, offset), '\n');
    return std::string{name}.append(extension).append(":").append(std::to_string(line)).append(": ");
}

TemplateTexts read_templates(const std::filesystem::path& folder) {
    const Directory directory{folder};
    TemplateTexts texts;
    for (const auto& entry : std::filesystem::recursive_directory_iterator{folder}) {
        if (entry.path().extension() != extension || entry.is_directory()) continue;
        std::string name = entry.path().lexically_relative(folder).generic_string();
        const auto file = directory.open(name);
        if (!file) throw std::runtime_error{name + ": is no file of this folder"};
        std::string text = read_whole(*file, name);
        name.resize(name.size() - extension.size());
        texts.emplace(std::move(name), std::move(text));
    }
    return texts;
}

std::string with_partials(const TemplateTexts& texts, std::string_view name) {
    Expansion expansion{texts};
    expansion.add(name);
    return expansion.take();
}

}  // namespace patchbay::detail
