"""CPU microseconds a request, or an echoed message, beside the bare epoll limit and the rivals."""
import statistics
import sys

from harness import Server, build_load, measure, servers


def bench_http(options):
    load = (options.connections, options.depth, options.body)
    compare(options, options.paths.split(","), "/", load)


def bench_websocket(options):
    compare(options, ["/ws"], "/ws", (options.connections, 1, options.body, True))


def compare(options, paths, path_of_limit, load):
    build_load()
    available, missing = servers()
    chosen = [n for n in options.servers.split(",") if n in available and n != "limit"]
    results = {}
    with Server("limit", *available["limit"]) as limit:
        for number in range(options.rounds):
            for name in chosen:
                with Server(name, *available[name]) as server:
                    for path in paths:
                        before = measure(limit, path_of_limit, options.seconds / 2, *load)["cpu_us"]
                        result = measure(server, path, options.seconds, *load)
                        after = measure(limit, path_of_limit, options.seconds / 2, *load)["cpu_us"]
                        result["ratio"] = result["cpu_us"] / ((before + after) / 2)
                        results.setdefault((name, path), []).append(result)
                        print(f"round {number + 1} {name:9} {path:10} {result['cpu_us']:7.2f} us  x{result['ratio']:.2f}",
                              file=sys.stderr)
    print("\n| server | path | x limit, median (lowest-highest) | CPU us | requests/s | p99 us |\n|---|---|---|---|---|---|")
    for (name, path), runs in results.items():
        ratios = [r["ratio"] for r in runs]
        middle = lambda key: statistics.median(r[key] for r in runs)
        print(f"| {name} | {path} | {statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) | "
              f"{middle('cpu_us'):.2f} | {middle('per_second'):,.0f} | {middle('p99_us'):,.0f} |")
    if missing:
        print("not installed here: " + ", ".join(missing))
