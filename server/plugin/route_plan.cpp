#include "plugin/route_plan.hpp"

#include "config/suggest.hpp"
#include "http/redirects.hpp"
#include "http/router_builder.hpp"
#include "http/static_directory.hpp"
#include "plugin/absent_plugins.hpp"
#include "plugin/filter_plan.hpp"
#include "plugin/route_parameters.hpp"

#include <patchbay/file.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <system_error>
#include <utility>

namespace patchbay {
namespace {

std::string_view kind_of(const detail::HandlerEntry& handler) noexcept {
    return handler.websocket ? "websocket" : to_string(handler.kind);
}

class Planner {
public:
    Planner(const Config& config, const FilterSet& filters,
            const std::vector<std::shared_ptr<Generation>>& generations, RoutePlan& plan)
        : config_{config}, plan_{plan}, filters_{config, filters, generations, routes_} {
        filters_.check(plan.errors, plan.warnings);
        routes_.global_filters = filters_.chain_for({}).chain;
        for (const auto& [status, page] : config.errors)
            routes_.error_pages.add(static_cast<unsigned>(status), page.text,
                                    media_type_of(page.file.string()));
        routes_.host_timeout = config.timeouts.handler;
        routes_.redirect_slashes = config.trailing_slash == TrailingSlash::redirect;
    }

    void add(const std::shared_ptr<Generation>& generation) {
        routes_.generations.push_back(generation);
        for (const detail::HandlerEntry& handler : generation->handlers().entries())
            add_handler(*generation, handler);
        for (const RouteConfig& entry : config_.routes) check_entry(*generation, entry);
    }

    void add_host_routes(const std::shared_ptr<const HostGeneration>& host) {
        routes_.generations.push_back(host);
        for (const RouteConfig& entry : config_.routes) {
            if (!entry.static_directory.empty() && entry.enabled) add_static_directory(*host, entry);
            if (!entry.redirect.empty() && entry.enabled) add_redirect(*host, entry);
        }
    }

    void finish() {
        for (const auto& [host, builder] : builders_) {
            auto router = builder.build();
            if (!router) {
                const auto clashes = router.error().sentences;
                plan_.errors.insert(plan_.errors.end(), clashes.begin(), clashes.end());
            } else if (host.empty()) {
                routes_.router = std::move(*router);
            } else {
                routes_.hosts.add(host, std::move(*router));
            }
        }
        if (!plan_.errors.empty()) return;
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
            bind_by_name(generation, handler,
                         {route.methods, route.pattern.text(), name, kind_of(handler), where}, route.pattern,
                         nullptr);
        }
        if (handler.routes.empty())
            plan_.warnings.push_back(
                {name + " (" + where + ") has no route, neither of its own nor in the configuration"});
    }

    void add_entry(const Generation& generation, const detail::HandlerEntry& handler, const std::string& name,
                   const RouteConfig& entry) {
        const std::string where = to_string(entry.position);
        MethodSet configured;
        for (const std::string& method : entry.methods) configured.insert(http::string_to_verb(method));
        if (handler.websocket && !entry.methods.empty() && entry.methods != std::vector<std::string>{"GET"}) {
            plan_.errors.push_back(where + ": " + name +
                                   ": a WebSocket begins with a GET and takes no other method");
            return;
        }
        if (!entry.path) {
            for (const RouteSpec& route : handler.routes) {
                const MethodSet methods = entry.methods.empty() ? route.methods : configured;
                const std::string text = entry.prefix + route.pattern.text();
                const auto pattern = RoutePattern::parse(text);
                if (pattern) {
                    bind_by_name(generation, handler, {methods, text, name, kind_of(handler), where},
                                 *pattern, &entry);
                } else {
                    plan_.errors.push_back(where + ": path \"" + text + "\": " + pattern.error().message);
                }
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
        for (const std::string& problem : parameter_problems(handler.routes, *pattern))
            plan_.errors.push_back(where + ": path \"" + *entry.path + "\": " + name + " " + problem);
        MethodSet own;
        for (const RouteSpec& route : handler.routes) own = own | route.methods;
        if (own.empty()) own = MethodSet::all();
        bind_by_name(generation, handler,
                     {entry.methods.empty() ? own : configured, *entry.path, name, kind_of(handler), where},
                     *pattern, &entry);
    }

    // The path itself, the path with a slash, and all that is beneath it.
    void add_static_directory(const HostGeneration& host, const RouteConfig& entry) {
        const std::string where = to_string(entry.position);
        const Directory directory{entry.static_directory};
        std::string base = *entry.path;
        if (base.ends_with('/')) base.pop_back();
        const detail::HandlerEntry& index =
            host_handler("static", HandlerKind::blocking,
                         [directory](Request& request) { return serve_static_index(directory, request); });
        const detail::HandlerEntry& beneath =
            host_handler("static", HandlerKind::blocking, [directory](Request& request) {
                return serve_static(directory, request, request.path_param("path"));
            });
        const std::string name = "static " + entry.static_directory.string();
        for (const auto& [pattern, handler] : {std::pair{base, &index}, std::pair{base + "/", &index},
                                               std::pair{base + "/{path:path}", &beneath}}) {
            if (pattern.empty()) continue;
            auto parsed = RoutePattern::parse(pattern);
            if (!parsed) {
                plan_.errors.push_back(where + ": path \"" + pattern + "\": " + parsed.error().message);
                return;
            }
            MethodSet methods;
            methods.insert(http::verb::get);
            bind(host, *handler, {methods, pattern, name, kind_of(*handler), where}, *parsed, &entry);
        }
    }

    void add_redirect(const HostGeneration& host, const RouteConfig& entry) {
        const std::string where = to_string(entry.position);
        auto pattern = RoutePattern::parse(*entry.path);
        const std::string problem = pattern ? redirect_problem(entry.redirect, *pattern)
                                            : "path \"" + *entry.path + "\": " + pattern.error().message;
        if (!problem.empty()) {
            plan_.errors.push_back(where + ": redirect: " + problem);
            return;
        }
        const auto status =
            entry.redirect_status ? static_cast<http::status>(entry.redirect_status) : http::status::found;
        const detail::HandlerEntry& handler = host_handler(
            "redirect", HandlerKind::inline_, [target = entry.redirect, status](Request& request) {
                return Response::redirect(redirect_location(target, request), status);
            });
        MethodSet methods;
        for (const std::string& method : entry.methods) methods.insert(http::string_to_verb(method));
        if (methods.empty()) methods = MethodSet::all();
        bind(host, handler, {methods, *entry.path, "redirect " + entry.redirect, kind_of(handler), where},
             *pattern, &entry);
    }

    const detail::HandlerEntry& host_handler(const char* name, HandlerKind kind,
                                             std::function<Response(Request&)> function) {
        detail::HandlerEntry& entry = routes_.host_handlers.emplace_back();
        entry.name = name;
        entry.kind = kind;
        entry.plain = std::move(function);
        return entry;
    }

    void bind_by_name(const ServedGeneration& generation, const detail::HandlerEntry& handler,
                      PlannedRoute route, const RoutePattern& pattern, const RouteConfig* entry) {
        routes_.names->add(route.handler, pattern);
        bind(generation, handler, std::move(route), pattern, entry);
    }

    void bind(const ServedGeneration& generation, const detail::HandlerEntry& handler, PlannedRoute route,
              RoutePattern pattern, const RouteConfig* entry) {
        const EndpointLabel& label =
            routes_.labels.emplace_back(EndpointLabel{route.pattern, generation.info->plugin, handler.name});
        RouterBuilder& builder = builders_[entry ? entry->host : std::string{}];
        if (entry) route.pattern.insert(0, entry->host);
        builder.add(route.methods, std::move(pattern), static_cast<std::uint32_t>(routes_.endpoints.size()),
                    route.handler + " (" + route.where + ")");
        const FilterPlan::Chain& chain =
            filters_.chain_for(entry ? entry->filters : std::vector<FilterReference>{},
                               generation.info->plugin, handler.filters);
        route.filters = chain.names;
        Endpoint endpoint{&handler, &generation, config_.limits.body, config_.timeouts.handler,
                          &label,   chain.chain};
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
        plan_.errors.push_back(to_string(entry.position) + ": plugin " + generation.plugin + " " +
                               generation.version() + " has no handler '" +
                               entry.handler.substr(prefix.size()) + "'" +
                               detail::did_you_mean(entry.handler, names));
    }

    const Config& config_;
    RoutePlan& plan_;
    PublishedRoutes routes_;
    FilterPlan filters_;
    std::map<std::string, RouterBuilder> builders_;  // by host; "" is every other
};

}  // namespace

RoutePlan plan_routes(const Config& config, const FilterSet& filters,
                      const std::vector<std::shared_ptr<Generation>>& generations,
                      const std::shared_ptr<const HostGeneration>& host) {
    RoutePlan plan;
    Planner planner{config, filters, generations, plan};
    for (const auto& generation : generations) planner.add(generation);
    planner.add_host_routes(host);
    warn_of_absent_plugins(config, generations, plan.warnings);
    planner.finish();
    return plan;
}

std::vector<ConfigProblem> unreachable_directories(const Config& config) {
    std::vector<ConfigProblem> problems;
    for (const RouteConfig& entry : config.routes) {
        if (entry.static_directory.empty() || !entry.enabled) continue;
        try {
            static_cast<void>(Directory{entry.static_directory}.has_directory(""));
        } catch (const std::system_error& error) {
            problems.push_back({entry.position, "static", error.what(), {}});
        }
    }
    return problems;
}

}  // namespace patchbay
