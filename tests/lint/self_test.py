#!/usr/bin/env python3
"""The lints of tools/lint against small trees: each sample says whether it is to be reported, on which line.

A sample's file is written where its path says, and every lint runs once over all of its samples."""

import os
import subprocess
import sys
import tempfile

LINTS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools", "lint")

# Bodies of coroutines. Lines that end in `!` are to be reported, and no others.
COROUTINES = [
    # Conditions.
    "if (co_await ready()) go();!",
    "if (!co_await ready()) go();!",
    "if (n == 1 && (co_await text()).empty()) go();!",
    "while (co_await ready()) go();!",
    "do { go(); } while (co_await ready());!",
    "switch (co_await number()) { case 1: go(); }!",
    "for (; co_await ready();) go();!",
    "if (value = co_await ready()) go();!",
    "if (this->value = co_await ready(); !(co_await ready())) go();!",
    "if (!\n    co_await ready()) go();",
    "const bool yes = co_await ready();\nif (yes) go();",
    "if (auto yes = co_await ready()) go();",
    "if (const std::string s = co_await text(); s.empty()) go();",
    "if (auto& s = co_await reference(); s.empty()) go();",
    "if (auto [a, b] = co_await pair(); a) go();",
    "if (std::optional<int> n = co_await number()) go();",
    "if (bool yes{co_await ready()}) go();",
    "if (int n = 3; co_await ready() && n) go();",
    "while (auto message = co_await socket.receive()) co_await socket.send(*std::move(message));",
    "for (int i = 0; i < co_await number(); ++i) go();",
    "for (auto& item : co_await items()) go();",
    "if (ready) co_await go();",
    "if (run([&]() -> Task<> { co_await go(); })) go();",
    '// if (co_await ready()) go();\nlog("if (co_await ready()) go();");',
    'log(R"(if (co_await ready()) go();)");',
    "const int n = 1'000; if (co_await ready()) go();!",
    # Conditional operators.
    "auto s = yes ? co_await text() : co_await other();!",
    "auto s = yes ? std::string{} : co_await other();!",
    "auto s = co_await ready() ? text : other;!",
    "auto s = co_await print(yes ? text : other);!",
    "co_return Response::text(yes ? a : b, co_await text());!",
    "auto f = [&]() -> Task<> { auto s = yes ? co_await text() : other; co_return s; };!",
    "auto s = yes ? text : other;\nco_await print(s);",
    "if (yes ? a : b) co_await go();",
    "if (yes ? a : b) { co_await go(); }",
    "{ co_await go(); } auto s = yes ? a : b;",
    "auto f = yes ? a : b; if (f) { co_await go(); } else { co_await other(); }",
    "spawn([] () -> Task<> { co_await go(); }, yes ? a : b);",
    # Aggregates. `Pair` is one, `Label` has a constructor.
    "co_await print(Pair{text, 1});!",
    "co_await print(Pair{.name = text});!",
    "co_await print(Pair(text, 1));!",
    "co_await print({text, 1});!",
    "co_await print(1, {});!",
    "auto n = co_await print(std::array<std::string, 1>{text});!",
    "Pair pair{co_await text(), 1};!",
    "auto pair = Pair{co_await text(), 1};!",
    "co_return Response::json({{text, co_await number()}});!",
    "Pair pair{text, 1};\nco_await print(pair);",
    "co_await print(Label{text, 1});",
    "co_await print(std::string{text});",
    "co_await detail::Pair{&group};",
    "co_return Response::json({{text, 1}});",
    "auto task = print(Pair{text, 1});\nco_await std::move(task);",
    "co_await run_blocking([text] { return Pair{text, 1}; });",
    "co_await run_blocking([text]() mutable -> Pair { return {text, 1}; });",
    "co_await run_blocking([&](int n) noexcept { return f(n); }, 1);",
]
TYPES = """#include <string>
struct [[nodiscard]] Pair { std::string name; int number = 0; };
struct Label final : Base { explicit Label(std::string n, int i) : name{n}, number{i} {} std::string name; int number; };
"""

# Path, its one #include line, and whether it is to be reported.
INCLUDES = [
    ("plugins/hello/a.cpp", "<patchbay/plugin.hpp>", False),
    ("plugins/hello/b.cpp", "<sqlite3.h>", False),
    ("plugins/hello/c.cpp", '"beside.hpp"', False),
    ("plugins/hello/d.cpp", '"../other/beside.hpp"', True),
    ("plugins/hello/e.cpp", '"http/router.hpp"', True),
    ("plugins/hello/f.cpp", "<http/router.hpp>", True),
    ("plugins/hello/g.cpp", "<patchbay/detail/lease.hpp>", True),
    ("sdk/include/patchbay/a.hpp", "<string_view>", False),
    ("sdk/include/patchbay/b.hpp", "<boost/asio/io_context.hpp>", False),
    ("sdk/include/patchbay/c.hpp", "<nlohmann/json.hpp>", False),
    ("sdk/include/patchbay/d.hpp", "<boost/algorithm/string.hpp>", True),
    ("sdk/include/patchbay/e.hpp", "<yaml-cpp/yaml.h>", True),
    ("sdk/include/patchbay/f.hpp", '"http/router.hpp"', True),
    ("sdk/include/patchbay/g.hpp", "<unistd.h>", True),
    ("sdk/src/a.cpp", '"beside.hpp"', False),
    ("sdk/src/b.cpp", '"log/logger.hpp"', True),
    ("server/config/a.cpp", "<yaml-cpp/yaml.h>", False),
    ("server/config/b.cpp", "<arpa/inet.h>", False),
    ("server/config/c.cpp", "<sys/socket.h>", True),
    ("server/config/d.cpp", "<patchbay/task.hpp>", True),
    ("server/config/f.cpp", "<patchbay/route_pattern.hpp>", False),
    ("server/config/e.cpp", '"http/router.hpp"', True),
    ("server/runtime/a.cpp", '"log/logger.hpp"', False),
    ("server/runtime/b.cpp", '"config/config.hpp"', True),
    ("server/runtime/thread_local_destructors.cpp", "<dlfcn.h>", False),
    ("server/http/a.cpp", '"runtime/loop_thread.hpp"', False),
    ("server/http/b.cpp", '"net/listener.hpp"', True),
    ("server/http/c.cpp", "<yaml-cpp/node.h>", True),
    ("server/http/d.cpp", "<netinet/in.h>", True),
    ("server/net/a.cpp", "<sys/socket.h>", False),
    ("server/net/b.cpp", '"plugin/manager.hpp"', True),
    ("server/net/c.cpp", '"application/application.hpp"', True),
    ("server/plugin/a.cpp", '"config/config.hpp"', False),
    ("server/plugin/b.cpp", '"net/listener.hpp"', True),
    ("server/plugin/c.cpp", "<boost/dll/shared_library.hpp>", True),
    ("server/plugin/library.cpp", "<boost/dll/shared_library.hpp>", False),
    ("server/application/a.cpp", '"net/listener.hpp"', False),
    ("server/application/b.cpp", '"cli/cli.hpp"', True),
    ("server/cli/a.cpp", "<CLI/CLI.hpp>", False),
    ("server/main.cpp", '"cli/cli.hpp"', False),
    ("server/log/a.cpp", '"runtime/loop_thread.hpp"', True),
    ("tests/unit/a.cpp", '"net/listener.hpp"', False),
]

# Path, its one line, and whether it is to be reported.
WORDING = [
    ("sdk/src/a.cpp", "asio::co_spawn(loop, work(), asio::detached);", True),
    ("sdk/src/b.cpp", "// never asio::detached", False),
    ("sdk/src/c.cpp", "const bool detached = true;", False),
    ("tests/unit/a.cpp", "asio::co_spawn(loop, work(), asio::detached);", False),
    ("server/net/a.cpp", "auto f = [=] { return n; };", True),
    ("server/net/b.cpp", "auto f = [=, this] { return n; };", True),
    ("server/net/c.cpp", "auto f = [n, this] { return n; };", False),
    ("server/net/d.cpp", 'log("[=]");', False),
    ("server/plugin/a.cpp", "dlclose(handle);", True),
    ("server/plugin/library.cpp", "dlclose(handle);", False),
    ("server/runtime/thread_local_destructors.cpp", 'dlsym(RTLD_NEXT, "f");', False),
    ("server/http/a.cpp", "// TODO: limits", True),
    ("docs/a.md", "FIXME", True),
    ("tools/a", "# TODO", True),
    ("docs/b.md", "built in /home/someone/patchbay", True),
    ("conf/a.yaml", "directory: /root/plugins", True),
    ("docs/c.md", "GET /users/home/1 and build/work/x", False),
    ("docs/d.md", "https://example.org/home/page", False),
]


def reported(lint, root):
    """The (path, line) pairs that the lint reports; its exit code must agree."""
    done = subprocess.run([os.path.join(LINTS, lint), "--root", root], capture_output=True, text=True, check=False)
    found = {tuple(line.split(":", 2)[:2]) for line in done.stdout.splitlines()}
    assert done.returncode == (1 if found else 0) and not done.stderr, f"{lint}: exit {done.returncode}\n{done.stderr}"
    return {(path, int(line)) for path, line in found}


def write(root, path, text):
    place = os.path.join(root, path)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "w", encoding="utf-8") as file:
        file.write(text + "\n")


def failures(lint, samples):
    """samples: (path, text, lines to be reported). Also runs the lint over the blameless ones alone."""
    wrong = []
    with tempfile.TemporaryDirectory() as root, tempfile.TemporaryDirectory() as clean:
        for path, text, lines in samples:
            write(root, path, text)
            if not lines:
                write(clean, path, text)
        found = reported(lint, root)
        for path, text, lines in samples:
            seen = {line for name, line in found if name == path}
            if seen != set(lines):
                wrong.append(f"{lint}: {path} reported on {sorted(seen)}, not on {sorted(lines)}:\n{text}")
        if reported(lint, clean):
            wrong.append(f"{lint}: reports a tree without faults")
    return wrong


def coroutine_samples():
    yield "tests/types.hpp", TYPES, []
    for number, body in enumerate(COROUTINES):
        lines = body.split("\n")
        marked = [i + 2 for i, line in enumerate(lines) if line.endswith("!")]
        text = "Task<> sample() {\n" + "\n".join(line.removesuffix("!") for line in lines) + "\n}"
        yield f"tests/sample_{number:02}.cpp", text, marked


def include_samples():
    for folder in ("plugins/hello", "plugins/other", "sdk/src"):
        yield f"{folder}/beside.hpp", "#include <string>", []
    for path, header, is_wrong in INCLUDES:
        yield path, f'// #include "nowhere.hpp"\n#include {header}', [2] if is_wrong else []


def wording_samples():
    for path, line, is_wrong in WORDING:
        yield path, "\n" + line, [2] if is_wrong else []


def main():
    samples = {
        "coroutines": list(coroutine_samples()),
        "includes": list(include_samples()),
        "wording": list(wording_samples()),
    }
    wrong = [failure for lint, those in samples.items() for failure in failures(lint, those)]
    print("\n".join(wrong) if wrong else f"{sum(map(len, samples.values()))} samples judged rightly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
