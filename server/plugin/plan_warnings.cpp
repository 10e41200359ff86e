#include "plugin/plan_warnings.hpp"

#include <algorithm>

namespace patchbay {

void PlanWarnings::say(const std::vector<PlanWarning>& warnings) {
    std::vector<std::string> texts;
    std::vector<std::string> sentences;
    for (const PlanWarning& warning : warnings) {
        texts.push_back(warning.text);
        std::string sentence = sentence_of(warning);
        if (std::ranges::find(said_, warning.text) != said_.end() ||
            std::ranges::find(sentences, sentence) != sentences.end())
            continue;
        log_.warning(sentence);
        sentences.push_back(std::move(sentence));
    }
    said_ = std::move(texts);
}

std::string PlanWarnings::sentence_of(const PlanWarning& warning) const {
    const auto refused =
        std::ranges::find_if(refused_, [&](const auto& file) { return file.second == warning.not_loaded; });
    if (refused == refused_.end()) return warning.text;
    return refused->first.filename().string() + " was refused, see above: what the configuration says of " +
           warning.not_loaded +
           " has no effect until it is served, and what its filters guard is answered with 503";
}

}  // namespace patchbay
