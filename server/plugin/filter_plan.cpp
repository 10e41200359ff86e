#include "plugin/filter_plan.hpp"

#include "config/suggest.hpp"
#include "http/filters/unavailable.hpp"

#include <algorithm>
#include <filesystem>

namespace patchbay {
namespace {

const detail::FilterEntry* find_filter(const Generation& generation, std::string_view name) noexcept {
    const auto& filters = generation.handlers().filters();
    const auto found =
        std::find_if(filters.begin(), filters.end(), [&](const auto& entry) { return entry.name == name; });
    return found == filters.end() ? nullptr : &*found;
}

bool is_of_plugin(const std::string& name) noexcept { return name.find('.') != std::string::npos; }

// "plugin sessions 1.0.0 has no filter 'usr'; did you mean 'user'?"
std::string no_such_filter(const Generation& generation, const std::string& name, const std::string& prefix) {
    std::vector<std::string> names;
    for (const detail::FilterEntry& entry : generation.handlers().filters())
        names.push_back(prefix + entry.name);
    return "plugin " + generation.plugin + " " + generation.version() + " has no filter '" + name + "'" +
           detail::did_you_mean(prefix + name, names);
}

template <class Value>
void add_once(std::vector<Value>& values, Value value) {
    if (std::find(values.begin(), values.end(), value) == values.end()) values.push_back(std::move(value));
}

}  // namespace

void FilterPlan::check(std::vector<std::string>& errors, std::vector<PlanWarning>& warnings) const {
    for (const FilterReference& reference : config_.global_filters)
        check_reference(reference, errors, warnings);
    for (const RouteConfig& route : config_.routes)
        for (const FilterReference& reference : route.filters) check_reference(reference, errors, warnings);
    for (const auto& generation : generations_) check_own(*generation, errors);
}

void FilterPlan::check_reference(const FilterReference& reference, std::vector<std::string>& errors,
                                 std::vector<PlanWarning>& warnings) const {
    if (!is_of_plugin(reference.name)) return;
    const std::size_t dot = reference.name.find('.');
    const std::string plugin = reference.name.substr(0, dot);
    const std::string name = reference.name.substr(dot + 1);
    const std::string where = to_string(reference.position) + ": " + reference.key + ": ";
    const Generation* const generation = find(plugin);
    if (!generation) {
        add_once(warnings, PlanWarning{where + "no plugin '" + plugin + "' is loaded for the filter " +
                                           reference.name + ": what it guards is answered with 503",
                                       plugin});
    } else if (!find_filter(*generation, name)) {
        add_once(errors, where + no_such_filter(*generation, name, plugin + "."));
    }
}

void FilterPlan::check_own(const Generation& generation, std::vector<std::string>& errors) const {
    for (const detail::HandlerEntry& handler : generation.handlers().entries()) {
        for (const std::string& name : handler.filters) {
            if (find_filter(generation, name)) continue;
            add_once(errors, std::filesystem::path{handler.where.file_name()}.filename().string() + ":" +
                                 std::to_string(handler.where.line()) + ": handler " + handler.name + ": " +
                                 no_such_filter(generation, name, ""));
        }
    }
}

const FilterPlan::Chain& FilterPlan::chain_for(const std::vector<FilterReference>& references,
                                               const std::string& plugin,
                                               const std::vector<std::string>& own) {
    std::vector<std::string> names;
    for (const FilterReference& reference : config_.global_filters) add_once(names, reference.name);
    for (const FilterReference& reference : references) add_once(names, reference.name);
    for (const std::string& name : own) add_once(names, plugin + "." + name);
    std::string all;
    for (const std::string& name : names) all.append(all.empty() ? "" : ", ").append(name);
    for (const Chain& chain : chains_)
        if (chain.names == all) return chain;
    Chain& added = chains_.emplace_back(Chain{all, nullptr});
    if (names.empty()) return added;
    FilterChain& chain = routes_.filter_chains.emplace_back();
    for (const std::string& name : names) {
        if (is_of_plugin(name)) {
            chain.inner.push_back(inner(name));
        } else if (chain.inner.empty()) {
            chain.filters.push_back(filters_.find(name));
        } else {
            chain.inner.push_back({filters_.find(name), nullptr, nullptr});
        }
    }
    added.chain = &chain;
    return added;
}

// Never nothing: a route is not to be served without a filter that it asks for. And always an inner one,
// since those are of the routes that the handler is taken from, even if others had the request's head.
InnerFilter FilterPlan::inner(const std::string& name) const {
    const std::size_t dot = name.find('.');
    const Generation* const generation = find(name.substr(0, dot));
    const auto* const entry = generation ? find_filter(*generation, name.substr(dot + 1)) : nullptr;
    if (!entry) return {std::make_shared<UnavailableFilter>(), nullptr, nullptr};
    return {nullptr, entry, generation};
}

const Generation* FilterPlan::find(const std::string& plugin) const noexcept {
    const auto found = std::find_if(generations_.begin(), generations_.end(),
                                    [&](const auto& generation) { return generation->plugin == plugin; });
    return found == generations_.end() ? nullptr : found->get();
}

}  // namespace patchbay
