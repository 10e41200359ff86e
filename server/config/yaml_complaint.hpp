// Says in an operator's words what yaml-cpp found wrong with the syntax of a file. Stateless; any thread.
#pragma once

#include "config/error.hpp"
#include "config/source_text.hpp"

#include <optional>

namespace YAML {
class Exception;
}

namespace patchbay::detail {

/// `open_bracket` is where the innermost bracket that was open at the error stands.
ConfigProblem explain_yaml_error(const YAML::Exception& error, const SourceText& source,
                                 const std::optional<SourcePosition>& open_bracket);

}  // namespace patchbay::detail
