#include "config/yaml_complaint.hpp"

#include <yaml-cpp/exceptions.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>

namespace patchbay::detail {
namespace {

namespace said = YAML::ErrorMsg;

struct Translation {
    std::string_view from;
    std::string_view to;
};

constexpr std::string_view misplaced =
    "this does not fit what stands above it; check the indentation, brackets and quotes";

const std::array translations{
    Translation{said::END_OF_MAP, misplaced},
    Translation{said::END_OF_SEQ, misplaced},
    Translation{said::FLOW_END, "this bracket closes nothing; put the text in quotes if it is meant as text"},
    Translation{said::BLOCK_ENTRY, "a list item can't begin here; begin it on a line of its own"},
    Translation{said::UNKNOWN_TOKEN, "text can't begin with this character; put it in quotes"},
    Translation{said::UNKNOWN_ANCHOR, "the alias refers to an anchor that is not set above it"},
    Translation{said::ANCHOR_NOT_FOUND, "an anchor needs a name after the '&'"},
    Translation{said::ALIAS_NOT_FOUND,
                "an alias needs a name after the '*'; put the text in quotes if it is meant as text"},
    Translation{said::MULTIPLE_ANCHORS, "a value can have only one anchor"},
    Translation{said::ALIAS_CONTENT, "nothing can follow an alias"},
    Translation{said::END_OF_VERBATIM_TAG, "the tag that begins with '!<' is never closed"},
    Translation{said::DOC_IN_SCALAR, "a quote is still open where this document ends"},
    Translation{said::EOF_IN_SCALAR, "a quote is still open at the end of the file"},
};

/// Where the first tab of the indentation is, counted from 0.
std::optional<std::size_t> find_tab(std::string_view line) {
    const auto content = std::min(line.find_first_not_of(" \t"), line.size());
    const auto tab = line.substr(0, content).find('\t');
    return tab == std::string_view::npos ? std::nullopt : std::optional{tab};
}

std::string explain_colon(std::string_view line, std::size_t column) {
    if (line.substr(0, column).find(": ") != std::string_view::npos)
        return "a second ': ' on this line; put the value in quotes if it is meant as text";
    return "a ':' can't stand here; check the line above for a missing ':' or blank behind it, and both "
           "lines for their indentation";
}

std::string explain(const YAML::Exception& error, std::string_view line, std::size_t column,
                    const std::optional<SourcePosition>& open_bracket) {
    if (error.msg == said::MAP_VALUE) return explain_colon(line, column);
    if (error.msg.starts_with(said::INVALID_ESCAPE))
        return "a '\\' in double quotes begins an escape that YAML does not know; use single quotes";
    if (open_bracket && (error.msg == said::END_OF_SEQ_FLOW || error.msg == said::END_OF_MAP_FLOW)) {
        const auto* const closing = error.msg == said::END_OF_SEQ_FLOW ? "']'" : "'}'";
        return "the bracket opened on line " + std::to_string(open_bracket->line) + " needs a ',' or " +
               closing + " before this; put text that holds brackets or commas in quotes";
    }
    const auto* const known = std::find_if(translations.begin(), translations.end(),
                                           [&](const Translation& entry) { return entry.from == error.msg; });
    if (known != translations.end()) return std::string{known->to};
    return "this is not YAML: " + error.msg;
}

}  // namespace

ConfigProblem explain_yaml_error(const YAML::Exception& error, const SourceText& source,
                                 const std::optional<SourcePosition>& open_bracket) {
    const auto line = static_cast<std::size_t>(std::max(error.mark.line, 0));
    const auto column = static_cast<std::size_t>(std::max(error.mark.column, 0));
    if (const auto tab = find_tab(source.line(line)))
        return {source.position(line, *tab), {}, "the indentation holds a tab; YAML allows only spaces", {}};
    return {source.position(line, column), {}, explain(error, source.line(line), column, open_bracket), {}};
}

}  // namespace patchbay::detail
