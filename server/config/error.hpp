// What is wrong with a configuration: a list of problems, each with its place, and the one exception that
// carries them. Problems are gathered on the thread that loads, so that the operator sees all of them at
// once.
#pragma once

#include "config/config.hpp"

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace patchbay {

struct ConfigProblem {
    SourcePosition at;       // a file, or the name of an environment variable with no line; may be empty
    std::string key;         // "routes[0].path"; empty when no key is concerned
    std::string text;        // one sentence, without a full stop
    std::string suggestion;  // what the operator perhaps meant; may be empty
};

/// "file:line:column: key.path: text; did you mean 'suggestion'?"
std::string to_string(const ConfigProblem& problem);

/// The only exception that loading a configuration throws. `what()` is every problem on a line of its own,
/// in the order of the file, those of the environment last.
class ConfigError : public std::runtime_error {
public:
    /// Preconditions: `problems` is not empty.
    explicit ConfigError(std::vector<ConfigProblem> problems);

    const std::vector<ConfigProblem>& problems() const noexcept { return problems_; }

private:
    std::vector<ConfigProblem> problems_;
};

namespace detail {

class ConfigProblems {
public:
    void add(ConfigProblem problem) { problems_.push_back(std::move(problem)); }
    void raise_if_any() const;
    /// Adds a last problem and throws all of them.
    [[noreturn]] void give_up(ConfigProblem problem);

private:
    std::vector<ConfigProblem> problems_;
};

}  // namespace detail
}  // namespace patchbay
