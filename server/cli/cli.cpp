#include "cli/cli.hpp"

#include "application/application.hpp"
#include "cli/route_table.hpp"
#include "config/error.hpp"
#include "config/json_schema.hpp"
#include "config/loader.hpp"
#include "config/reference.hpp"
#include "config/suggest.hpp"
#include "log/escaping.hpp"
#include "log/log_target.hpp"
#include "log/logger.hpp"
#include "plugin/gate.hpp"
#include "runtime/host_thread.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace patchbay {
namespace {

constexpr std::chrono::seconds dry_deadline{5};  // for plugins to end that have served nobody

struct Arguments {
    std::string config;
    std::optional<std::string> listen;
    std::optional<std::string> plugins;
    std::string library;
    std::string reference;
};

// An option is a change of the configuration that outranks file and environment.
ConfigSource config_source(const Arguments& arguments, Environment environment) {
    if (arguments.listen) environment["--listen"] = *arguments.listen;
    if (arguments.plugins) environment["--plugins"] = *arguments.plugins;
    return {arguments.config, [file = arguments.config, environment] {
                return file.empty() ? parse_config("", "patchbay.yaml", environment)
                                    : load_config(file, environment);
            }};
}

// On standard error, as the last word: a reader that has gone to sleep is not waited for. What a terminal
// would obey, of a file's name or a text of the configuration, is escaped.
void complain(std::string_view message) {
    std::string text;
    for (std::size_t at = 0; at < message.size();) {
        const std::size_t size = message[at] == '\xc2' ? 2 : 1;  // a C1 character has two bytes
        if (message[at] != '\n' && is_control_at(message, at)) {
            append_escaped(text, message.substr(at, size));
            at += size;
        } else {
            text += message[at++];
        }
    }
    if (!text.ends_with('\n')) text += '\n';
    LogTarget target{STDERR_FILENO};
    for (std::string_view rest = text; !rest.empty();) {
        const ssize_t written = target.write_some(rest, std::chrono::milliseconds{500});
        if (written <= 0) return;
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

// What did not reach standard output is a failure, whatever else went well.
int with_output_written(int code) {
    errno = 0;
    std::cout.flush();
    if (std::cout && std::ferror(stdout) == 0) return code;
    complain("patchbay: cannot write to standard output" +
             (errno ? ": " + std::generic_category().message(errno) : std::string{}));
    return code ? code : static_cast<int>(ExitCode::failed);
}

// After an unclean end plugin threads still run: no destructor may touch what they use.
int leave(bool clean, std::unique_ptr<Application> application, Logger& log, int code) {
    if (clean) return code;
    static_cast<void>(application.release());
    log.flush(std::chrono::milliseconds{500});
    ::_exit(with_output_written(code ? code : static_cast<int>(ExitCode::failed)));
}

// The exit code.
int complain_of(const std::exception& error) {
    if (dynamic_cast<const ConfigError*>(&error)) {
        complain(error.what());
        return static_cast<int>(ExitCode::bad_configuration);
    }
    complain(std::string{"patchbay: "} + error.what());
    return static_cast<int>(ExitCode::failed);
}

// Plugins may be loaded and may have begun something: they end as after a signal.
int give_up(const std::exception& error, std::unique_ptr<Application> application, Logger& log) {
    log.flush(std::chrono::milliseconds{500});
    const int code = complain_of(error);
    const bool clean = application->close();
    return leave(clean, std::move(application), log, code);
}

int serve(const ConfigSource& source) {
    Logger log;
    auto application = std::make_unique<Application>(source.load(), source, log);
    const auto ready = [&log](const std::string& url) {
        if (std::cout << "listening on " << url << std::endl) return;
        std::cout.clear();
        std::clearerr(stdout);
        log.warning("listening on " + url + " · that can't be written to standard output");
    };
    try {
        application->load_plugins();
        const bool interrupted = application->interrupted_by() != 0;
        const bool clean = interrupted ? application->close() : application->serve(ready);
        return leave(clean, std::move(application), log, 0);
    } catch (const std::exception& error) {
        return give_up(error, std::move(application), log);
    }
}

std::string verdict(bool problems, std::size_t warnings) {
    if (problems) return "not everything can be served: see above\n";
    if (warnings == 0) return "ok\n";
    return "ok, with " + std::to_string(warnings) + (warnings == 1 ? " warning" : " warnings") +
           ": see above\n";
}

// Loads everything as serve would, without listening: `check` and `routes`.
int dry_load(const ConfigSource& source, bool with_verdict) {
    Config config = source.load();
    config.plugins.watch = false;
    config.event_loops = 1;
    config.log.level = LogConfig::Level::warning;
    config.shutdown.deadline = std::min<std::chrono::milliseconds>(config.shutdown.deadline, dry_deadline);
    Logger log{LogLevel::warning};
    auto application = std::make_unique<Application>(config, source, log);
    try {
        application->load_plugins();
    } catch (const std::exception& error) {
        return give_up(error, std::move(application), log);
    }
    if (const int signal = application->interrupted_by()) {
        const bool clean = application->close();
        return leave(clean, std::move(application), log, 128 + signal);
    }
    application->end_at_once_on_signal();
    log.flush(std::chrono::milliseconds{500});  // what it says comes before what is printed
    const bool problems = !application->plugin_problems().empty();
    std::cout << route_table(application->routes());
    const bool clean = application->close();
    if (with_verdict) std::cout << verdict(problems, log.warnings());
    return leave(clean, std::move(application), log, problems ? static_cast<int>(ExitCode::failed) : 0);
}

int inspect(const std::string& file) {
    const GateReport report = inspect_plugin(file);
    std::cout << describe(report);
    return report.refusal ? static_cast<int>(ExitCode::failed) : 0;
}

int print_reference(const std::string& form) {
    std::cout << (form == "yaml" ? full_yaml() : form == "schema" ? json_schema() : reference_markdown());
    return 0;
}

void add_config(CLI::App& command, Arguments& arguments, bool required) {
    auto* file = command.add_option("config", arguments.config,
                                    "The YAML file; without one every key has its default");
    // A variable of the shell, perhaps, that is not set: no reason to serve something else.
    file->check([](const std::string& given) { return given.empty() ? "the file's name is empty" : ""; });
    if (required) file->required();
    command.add_option("--plugins", arguments.plugins, "The plugin directory, whatever the file says");
}

// What is wrong with the command's name; CLI11 says of any other word only that a command is needed.
std::optional<std::string> command_problem(const CLI::App& app, int argc, const char* const* argv) {
    if (argc > 1 && argv[1][0] == '-') return std::nullopt;
    std::vector<std::string> names;
    for (const CLI::App* const command : app.get_subcommands({})) names.push_back(command->get_name());
    std::string problem = "a command is needed";
    if (argc > 1) {
        const std::string given = argv[1];
        if (std::find(names.begin(), names.end(), given) != names.end()) return std::nullopt;
        problem = "'" + given + "' is no command" + detail::did_you_mean(given, names);
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : ", ") + name;
    return "patchbay: " + problem + "\nThe commands are " + list + "; run patchbay --help for what they do.";
}

}  // namespace

int run_command_line(int argc, char** argv, const char* const* environment) {
    static const std::string thread_name = "main";
    const HostThread thread{detail::ThreadKind::control, thread_name};
    Arguments arguments;
    CLI::App app{"Patchbay, a plugin-based HTTP application server", "patchbay"};
    app.set_version_flag("--version", "patchbay " PATCHBAY_VERSION ", SDK " + std::to_string(sdk_abi));
    app.require_subcommand(1);
    CLI::App* const serve_command =
        app.add_subcommand("serve", "Serve the plugins of a directory until SIGTERM");
    add_config(*serve_command, arguments, false);
    serve_command->add_option(
        "--listen", arguments.listen,
        "HOST:PORT or unix:PATH, or several with commas between them, whatever the file "
        "says; port 0 picks a free one");
    CLI::App* const check_command =
        app.add_subcommand("check", "Validate a configuration, load its plugins once, print the routes");
    add_config(*check_command, arguments, true);
    CLI::App* const routes_command = app.add_subcommand("routes", "Print who answers what, and how");
    add_config(*routes_command, arguments, false);
    CLI::App* const inspect_command = app.add_subcommand("inspect", "Judge a plugin file without loading it");
    inspect_command->add_option("file", arguments.library, "The plugin's .so")->required();
    CLI::App* const reference_command = app.add_subcommand("reference", "Print all configuration keys");
    reference_command->add_option("form", arguments.reference, "yaml, schema or markdown")
        ->required()
        ->check(CLI::IsMember({"yaml", "schema", "markdown"}));
    if (const auto problem = command_problem(app, argc, argv)) {
        complain(*problem);
        return static_cast<int>(ExitCode::usage);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        std::ostringstream text;
        if (app.exit(error, text, text) == 0) {
            std::cout << text.str();
            return with_output_written(0);
        }
        complain(text.str());
        return static_cast<int>(ExitCode::usage);
    }
    try {
        const ConfigSource source = config_source(arguments, environment_from(environment));
        if (*serve_command) return serve(source);
        if (*check_command) return with_output_written(dry_load(source, true));
        if (*routes_command) return with_output_written(dry_load(source, false));
        if (*inspect_command) return with_output_written(inspect(arguments.library));
        return with_output_written(print_reference(arguments.reference));
    } catch (const std::exception& error) {
        return complain_of(error);
    }
}

}  // namespace patchbay
