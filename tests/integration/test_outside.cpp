// A plugin project outside this tree, made with the installed SDK, served and replaced by the installed
// binary.
#include "support/child_process.hpp"
#include "support/http_client.hpp"
#include "support/server_process.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>

using namespace patchbay::test;
namespace fs = std::filesystem;

namespace {

constexpr std::string_view cmake_lists = R"(cmake_minimum_required(VERSION 3.25)
project(greeter LANGUAGES CXX)
find_package(patchbay REQUIRED)
patchbay_add_plugin(greeter greeter.cpp)
)";

std::string greeter(const std::string& greeting) {
    return R"(#include <patchbay/plugin.hpp>

using namespace patchbay;

class Greeter final : public Plugin {
public:
    void add_handlers(Handlers& handlers) override {
        handlers.async("hello", [](Request& request) { return hello(request); }).route("GET /hello/{name}");
    }

private:
    static Task<Response> hello(Request& request) {
        co_await sleep_for(1ms);
        co_return Response::text(")" +
           greeting + R"(, " + std::string{request.path_param("name")});
    }
};
PATCHBAY_PLUGIN(Greeter, "greeter", "1.0.0");
)";
}

void run(std::vector<std::string> command) {
    const Finished result = run_command(std::move(command));
    INFO(result.output);
    REQUIRE(result.exit_code == 0);
}

}  // namespace

TEST_CASE("a plugin is built, served and reloaded outside the tree") {
    const TempDirectory folder;
    const fs::path prefix = folder.path() / "prefix";
    const fs::path source = folder.path() / "greeter";
    const fs::path build = folder.path() / "build";
    run({"cmake", "--install", PATCHBAY_BUILD, "--prefix", prefix.string()});
    CHECK(!fs::exists(prefix / "include" / "catch2"));

    fs::create_directory(source);
    write_file(source / "CMakeLists.txt", cmake_lists);
    write_file(source / "greeter.cpp", greeter("Hello"));
    run({"cmake", "-S", source.string(), "-B", build.string(), "-DCMAKE_PREFIX_PATH=" + prefix.string(),
         "-DCMAKE_CXX_COMPILER=" PATCHBAY_COMPILER, "-DCMAKE_CXX_FLAGS=" PATCHBAY_FLAGS});
    run({"cmake", "--build", build.string()});

    ServerOptions options;
    options.binary = prefix / "bin" / "patchbay";
    ServerProcess server{"listen: 127.0.0.1:0\n", {{build / "greeter.so", "greeter.so"}}, options};
    HttpClient client{server.port()};
    CHECK(client.get("/hello/you").body == "Hello, you");

    write_file(source / "greeter.cpp", greeter("Servus"));
    run({"cmake", "--build", build.string()});
    server.install(build / "greeter.so", "greeter.so");
    CHECK_THAT(server.wait_for_log("greeter 1.0.0 gen 2 serving"), Catch::Contains("unmapped in"));
    CHECK(client.get("/hello/you").body == "Servus, you");
    CHECK(server.terminate() == 0);
}
