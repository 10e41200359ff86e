// Guesses what a mistyped name was meant to be. Stateless; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace patchbay::detail {

/// The candidate nearest to `word`, or nothing when none is near enough to be a slip of the hand: at most one
/// edit for each three characters. Insertions, deletions, replacements, and swaps of neighbours are one edit
/// each, and so is an abbreviation to three letters or more; upper and lower case count as the same.
std::string nearest_name(std::string_view word, const std::vector<std::string>& candidates);

/// The same as the end of a sentence: "; did you mean 'name'?", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace patchbay::detail
