// The reference of all configuration keys, written from the table in keys.cpp so that it can't say anything
// else than the parser does. Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>

namespace patchbay {

/// conf/full.yaml: every key at its default, with its comment. Loading it gives Config{}.
std::string full_yaml();

/// docs/configuration.md.
std::string reference_markdown();

namespace detail {
struct ValueRules;
enum class ValueKind;

/// "duration": the column "Type".
std::string type_name(ValueKind kind);

/// "from 1 to 1024", as a person reads it.
std::string allowed_values(const ValueRules& rules);

/// `effect`, introduced by "Raising it:" when the rules are those of a quantity.
std::string effect_sentence(const ValueRules& rules, std::string_view effect);

}  // namespace detail
}  // namespace patchbay
