#include "plugin/route_plan.hpp"

#include "config/suggest.hpp"
#include "http/router_builder.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace patchbay {
namespace {

class Planner {
public:
    Planner(const Config& config, RoutePlan& plan) : config_{config}, plan_{plan} {}

    void add(const std::shared_ptr<Generation>& generation) {
        routes_.generations.push_back(generation);
        for (const detail::HandlerEntry& handler : generation->handlers().entries())
            add_handler(*generation, handler);
        for (const RouteConfig& entry : config_.routes) check_entry(*generation, entry);
    }

    void finish() {
        auto router = builder_.build();
        if (!router) {
            const auto clashes = router.error().sentences;
            plan_.errors.insert(plan_.errors.end(), clashes.begin(), clashes.end());
        }
        if (!plan_.errors.empty()) return;
        routes_.router = std::move(*router);
        plan_.routes = std::make_shared<const PublishedRoutes>(std::move(routes_));
        std::sort(plan_.list.begin(), plan_.list.end(),
                  [](const PlannedRoute& a, const PlannedRoute& b) { return a.pattern < b.pattern; });
    }

private:
    void add_handler(const Generation& generation, const detail::HandlerEntry& handler) {
        const std::string name = generation.plugin + "." + handler.name;
        bool configured = false;
        for (const RouteConfig& entry : config_.routes) {
            if (entry.handler != name) continue;
            configured = true;
            if (entry.enabled) add_entry(generation, handler, name, entry);
        }
        if (configured) return;
        const std::string where = std::filesystem::path{handler.where.file_name()}.filename().string() + ":" +
                                  std::to_string(handler.where.line());
        for (const RouteSpec& route : handler.routes) {
            bind(generation, handler, {route.methods, route.pattern.text(), name, handler.kind, where},
                 route.pattern, nullptr);
        }
        if (handler.routes.empty())
            plan_.warnings.push_back(name + " (" + where +
                                     ") has no route, neither of its own nor in the configuration");
    }

    void add_entry(const Generation& generation, const detail::HandlerEntry& handler, const std::string& name,
                   const RouteConfig& entry) {
        const std::string where = to_string(entry.position);
        MethodSet configured;
        for (const std::string& method : entry.methods) configured.insert(http::string_to_verb(method));
        if (!entry.path) {
            for (const RouteSpec& route : handler.routes) {
                const MethodSet methods = entry.methods.empty() ? route.methods : configured;
                bind(generation, handler, {methods, route.pattern.text(), name, handler.kind, where},
                     route.pattern, &entry);
            }
            if (handler.routes.empty())
                plan_.errors.push_back(where + ": " + name +
                                       " has no route of its own, so this entry needs a path");
            return;
        }
        auto pattern = RoutePattern::parse(*entry.path);
        if (!pattern) {
            plan_.errors.push_back(where + ": path \"" + *entry.path + "\": " + pattern.error().message);
            return;
        }
        MethodSet own;
        for (const RouteSpec& route : handler.routes) own = own | route.methods;
        if (own.empty()) own = MethodSet::all();
        bind(generation, handler,
             {entry.methods.empty() ? own : configured, *entry.path, name, handler.kind, where}, *pattern,
             &entry);
    }

    void bind(const Generation& generation, const detail::HandlerEntry& handler, PlannedRoute route,
              RoutePattern pattern, const RouteConfig* entry) {
        builder_.add(route.methods, std::move(pattern), static_cast<std::uint32_t>(routes_.endpoints.size()),
                     route.handler + " (" + route.where + ")");
        Endpoint endpoint{&handler, &generation, config_.limits.body, config_.timeouts.handler};
        if (entry && entry->max_body) endpoint.max_body = *entry->max_body;
        if (entry && entry->timeout) endpoint.timeout = *entry->timeout;
        routes_.endpoints.push_back(endpoint);
        plan_.list.push_back(std::move(route));
    }

    void check_entry(const Generation& generation, const RouteConfig& entry) {
        const std::string prefix = generation.plugin + ".";
        if (entry.handler.compare(0, prefix.size(), prefix) != 0) return;
        std::vector<std::string> names;
        for (const detail::HandlerEntry& handler : generation.handlers().entries()) {
            if (prefix + handler.name == entry.handler) return;
            names.push_back(prefix + handler.name);
        }
        std::string problem = to_string(entry.position) + ": plugin " + generation.plugin + " " +
                              generation.version() + " has no handler '" +
                              entry.handler.substr(prefix.size()) + "'";
        const std::string suggestion = detail::nearest_name(entry.handler, names);
        if (!suggestion.empty()) problem += "; did you mean '" + suggestion + "'?";
        plan_.errors.push_back(std::move(problem));
    }

    const Config& config_;
    RoutePlan& plan_;
    PublishedRoutes routes_;
    RouterBuilder builder_;
};

}  // namespace

RoutePlan plan_routes(const Config& config, const std::vector<std::shared_ptr<Generation>>& generations) {
    RoutePlan plan;
    Planner planner{config, plan};
    for (const auto& generation : generations) planner.add(generation);
    for (const RouteConfig& entry : config.routes) {
        const std::string plugin = entry.handler.substr(0, entry.handler.find('.'));
        const bool there =
            std::any_of(generations.begin(), generations.end(),
                        [&plugin](const auto& generation) { return generation->plugin == plugin; });
        if (!there)
            plan.warnings.push_back(to_string(entry.position) + ": no plugin '" + plugin +
                                    "' is loaded for " + entry.handler);
    }
    planner.finish();
    return plan;
}

}  // namespace patchbay
