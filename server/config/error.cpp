#include "config/error.hpp"

#include <cstddef>
#include <map>
#include <tuple>
#include <utility>

namespace patchbay {
namespace {

// Problems at the same place stay in the order they were found in.
std::vector<ConfigProblem> sorted(std::vector<ConfigProblem> problems) {
    using Rank = std::tuple<bool, std::size_t, std::size_t>;
    std::multimap<Rank, ConfigProblem> ranked;
    for (auto& problem : problems) {
        const Rank rank{problem.at.line == 0, problem.at.line, problem.at.column};
        ranked.emplace(rank, std::move(problem));
    }
    problems.clear();
    for (auto& [rank, problem] : ranked) problems.push_back(std::move(problem));
    return problems;
}

std::string joined(const std::vector<ConfigProblem>& problems) {
    std::string lines;
    for (const auto& problem : problems) {
        if (!lines.empty()) lines += '\n';
        lines += to_string(problem);
    }
    return lines;
}

}  // namespace

std::string to_string(const ConfigProblem& problem) {
    std::string line = problem.at.file.empty() ? "" : to_string(problem.at) + ": ";
    if (!problem.key.empty()) line += problem.key + ": ";
    line += problem.text;
    if (!problem.suggestion.empty()) line += "; did you mean '" + problem.suggestion + "'?";
    return line;
}

ConfigError::ConfigError(std::vector<ConfigProblem> problems)
    : std::runtime_error{joined(sorted(problems))}, problems_{sorted(std::move(problems))} {}

void detail::ConfigProblems::raise_if_any() const {
    if (!problems_.empty()) throw ConfigError{problems_};
}

void detail::ConfigProblems::give_up(ConfigProblem problem) {
    add(std::move(problem));
    throw ConfigError{problems_};
}

}  // namespace patchbay
