// How a file becomes a generation and takes its plugin's place, or is refused, and what a change of the
// configuration makes anew.
#include "config/error.hpp"
#include "log/logger.hpp"
#include "plugin/file_permissions.hpp"
#include "plugin/gate.hpp"
#include "plugin/manager.hpp"
#include "plugin/stage.hpp"
#include "plugin/timed_load.hpp"

#include <boost/asio/post.hpp>

#include <functional>
#include <optional>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace patchbay {

namespace fs = std::filesystem;

namespace {

std::string joined(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += (text.empty() ? "" : "; ") + sentence;
    return text;
}

constexpr const char* at_permissions = "at its permissions";
constexpr const char* in_private_copy = "in its private copy";
constexpr const char* at_gate = "at the gate";
constexpr const char* at_name = "at its name";

void throw_if(const std::optional<std::string>& problem) {
    if (problem) throw std::runtime_error{*problem};
}

struct Judged {
    PrivateCopy copy;
    GateReport report;
};

// Errors: std::runtime_error when there is no copy to be had; what the gate says is in the report.
Judged judged(const fs::path& file, const std::function<fs::path()>& private_directory) {
    PrivateCopy copy = at_stage(in_private_copy, [&] { return PrivateCopy{file, private_directory()}; });
    GateReport report = at_stage(at_gate, [&] { return inspect_plugin(copy.path()); });
    return {std::move(copy), std::move(report)};
}

Settings::Positions positions_for(const Config& config, const std::string& plugin) {
    Settings::Positions positions;
    const std::string prefix = plugin + ".";
    for (const auto& [key, position] : config.setting_positions) {
        if (key == plugin)
            positions[""] = to_string(position);
        else if (key.compare(0, prefix.size(), prefix) == 0)
            positions[key.substr(prefix.size())] = to_string(position);
    }
    return positions;
}

}  // namespace

void PluginManager::load_file(const fs::path& file) {
    std::string plugin = file.filename().string();
    plan_warnings_.forget(file);
    try {
        at_stage(at_permissions, [&] { throw_if(file_permissions_refusal(file)); });
        Judged found = judged(file, services_.private_directory);
        const auto& descriptor = found.report.descriptor;
        if (descriptor && descriptor->name[0] != '\0') plugin = descriptor->name;
        at_stage(at_gate, [&] { throw_if(found.report.refusal); });
        Entry& entry = entry_for(plugin);
        at_stage(at_name, [&] {
            if (entry.serving && entry.file != file && !is_gone(entry.file))
                throw std::runtime_error{"two files claim this plugin's name, " + entry.file.string() +
                                         " and " + file.string() + ": remove one"};
        });
        at_stage(in_private_copy, [&] { found.copy.link_siblings(found.report.needed); });
        swap_in(load(plugin, std::move(found.copy), *descriptor, config_), file);
        entry.file = file;
        retries_.forget(file);
        if (const auto identity = seen_.find(file); identity != seen_.end())
            entry.identity = identity->second;
    } catch (const std::exception& error) {
        refuse(plugin, file, error.what());
    }
}

// From the copy that serves, for other settings. Somebody may have cleared the folder of the copies.
std::shared_ptr<Generation> PluginManager::load_again(const std::string& plugin, const Config& config) {
    const Entry& entry = *entries_.at(plugin);
    std::error_code unknown;
    const bool kept = fs::exists(entry.serving->file(), unknown);
    const fs::path file = kept ? entry.serving->file() : entry.file;
    try {
        if (!kept) at_stage(at_permissions, [&] { throw_if(file_permissions_refusal(file)); });
        Judged found = judged(file, services_.private_directory);
        at_stage(at_gate, [&] { throw_if(found.report.refusal); });
        at_stage(at_name, [&] {
            if (found.report.descriptor->name != plugin)
                throw std::runtime_error{"its file holds another plugin now"};
        });
        at_stage(in_private_copy, [&] { found.copy.link_siblings(found.report.needed); });
        return load(plugin, std::move(found.copy), *found.report.descriptor, config);
    } catch (const std::exception& error) {
        throw std::runtime_error{plugin + ": " + error.what()};
    }
}

nlohmann::json PluginManager::settings_for(const Config& config, const std::string& plugin) {
    const auto found = config.settings.find(plugin);
    return found == config.settings.end() ? nlohmann::json::object() : found->second;
}

std::shared_ptr<Generation> PluginManager::load(const std::string& plugin, PrivateCopy copy,
                                                const PluginDescriptor& descriptor, const Config& config) {
    Entry& entry = entry_for(plugin);
    const auto discard_here = [this](std::shared_ptr<Generation> unwanted) {
        boost::asio::post(context_,
                          [this, unwanted = std::move(unwanted)]() mutable { discard(std::move(unwanted)); });
    };
    const GenerationPlace place{this,         services_.loops,      entry.home,
                                &entry.share, config.plugins.tasks, discard_here};
    auto shared_copy = std::make_shared<PrivateCopy>(std::move(copy));
    const auto load_here = [shared_copy, descriptor, number = entry.last_number + 1,
                            settings = settings_for(config, plugin),
                            positions = positions_for(config, plugin), place] {
        return Generation::load(std::move(*shared_copy), descriptor, number, settings, positions, place);
    };
    const auto late = [this](std::shared_ptr<Generation> unwanted) {
        boost::asio::post(context_, [this, unwanted = std::move(unwanted)]() mutable {
            --hung_loads_;
            discard(std::move(unwanted));
        });
    };
    std::shared_ptr<Generation> generation;
    try {
        generation = load_within(config.plugins.load_timeout, services_.loading.get_token(), load_here, late);
    } catch (const LoadTimedOut&) {
        ++hung_loads_;
        throw;
    }
    for (const std::string& key : generation->unused_settings()) {
        services_.log->warning(key + " is not read by " + plugin + ": is it misspelt?");
    }
    return generation;
}

// NAME refused: CAUSE · STAGE · FILE · what serves.
void PluginManager::refuse(const std::string& what, const fs::path& file, const std::string& problem) {
    plan_warnings_.refused(file, what == file.filename() ? file.stem().string() : what);
    std::string line = what + " refused: " + problem + " · " + (named_directory_ / file.filename()).string();
    if (watching_ && names_shortage(problem)) {
        line += " · tried again in " + std::to_string(retries_.add(file).count()) + " s";
    } else {
        retries_.forget(file);
    }
    bool serves = false;
    for (const auto& [name, entry] : entries_) {
        if (!entry->serving || (name != what && entry->file != file)) continue;
        serves = true;
        line += " · " + (name == what ? "" : name + " ") + "gen " + std::to_string(entry->serving->number) +
                " still serving";
    }
    if (!serves) line += " · nothing of it serves";
    services_.log->error(line);
    if (starting_) problems_.push_back(std::move(line));
}

// Serves by the candidate from that file, or throws and leaves everything as it was.
void PluginManager::swap_in(std::shared_ptr<Generation> candidate, const fs::path& file) {
    Generations next = serving();
    // The plugin that the file brought before, if it was another one, is gone with it.
    std::vector<std::string> replaced;
    for (const auto& [name, entry] : entries_) {
        if (name != candidate->plugin && entry->serving && entry->file == file) replaced.push_back(name);
    }
    for (const std::string& name : replaced) next.erase(name);
    next[candidate->plugin] = candidate;
    RoutePlan plan = plan_for(config_, filters_, next);
    if (!plan.routes) {
        const std::string problem = joined(plan.errors);
        discard(std::move(candidate));
        throw std::runtime_error{problem + " · at its routes"};
    }
    Entry& entry = entry_for(candidate->plugin);
    const std::shared_ptr<Generation> old = std::exchange(entry.serving, candidate);
    entry.last_number = candidate->number;
    publish(std::move(plan));
    const std::string event = candidate->title() + " serving";
    if (old) {
        drain_.retire(old, event, config_.drain.deadline);
    } else {
        services_.log->info(event);
    }
    if (serving_) candidate->begin_serving();
    for (const std::string& name : replaced) {
        missing_.erase(name);
        drain_.retire(std::exchange(entries_.at(name)->serving, nullptr), name + " removed",
                      config_.drain.deadline);
    }
    if (!replaced.empty()) look();  // another file may have been refused for a name that is free now
}

void PluginManager::reconfigure(Config config,
                                std::function<void(const std::optional<std::string>& problem)> done) {
    boost::asio::post(context_, [this, config = std::move(config), done = std::move(done)]() mutable {
        try {
            reconfigured(std::move(config));
            done(std::nullopt);
        } catch (const std::exception& error) {
            done(error.what());
        }
    });
}

// All or nothing: every plugin whose settings differ gets a new generation before any of them serves.
void PluginManager::reconfigured(Config config) {
    if (const auto problems = unreachable_directories(config); !problems.empty()) {
        std::vector<std::string> sentences;
        for (const ConfigProblem& problem : problems) sentences.push_back(to_string(problem));
        throw std::runtime_error{joined(sentences)};
    }
    Generations next = serving();
    std::vector<std::shared_ptr<Generation>> fresh;
    try {
        for (auto& [name, generation] : next) {
            if (settings_for(config, name) == settings_for(config_, name)) continue;
            fresh.push_back(load_again(name, config));
            generation = fresh.back();
        }
        FilterSet filters{config.filters, filters_};
        RoutePlan plan = plan_for(config, filters, next);
        if (!plan.routes) throw std::runtime_error{joined(plan.errors)};
        config_ = std::move(config);
        filters_ = std::move(filters);
        watcher_->settle(config_.plugins.settle);
        watch_.patience(config_.log.stall);
        size_shares();
        for (const auto& [name, generation] : next) generation->most_spawned = config_.plugins.tasks;
        publish(std::move(plan));
    } catch (...) {
        for (auto& generation : fresh) discard(std::move(generation));
        throw;
    }
    for (const auto& generation : fresh) {
        Entry& entry = entry_for(generation->plugin);
        entry.last_number = generation->number;
        drain_.retire(std::exchange(entry.serving, generation),
                      generation->title() + " serving with new settings", config_.drain.deadline);
        if (serving_) generation->begin_serving();
    }
    look();  // what was refused may fit now
}

}  // namespace patchbay
