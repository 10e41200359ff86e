"""What one publish to many WebSockets costs beside as many bare sends, and how long it takes to reach them."""
import os
import resource
import statistics
import subprocess
import sys

from harness import PATCHBAY, RELEASE, WORK, Server, build_load, result_of, servers


def measure(server, options):
    load = subprocess.Popen(["taskset", "-c", "1", os.path.join(WORK, "publish_load"), str(server.port),
                             str(options.sockets), str(options.publishes), "0.05", str(options.body)],
                            stdout=subprocess.PIPE, text=True)
    begun = load.stdout.readline().strip()
    if begun != "measuring":
        raise SystemExit(f"{server.name}: {begun}")
    before = server.cpu_seconds()
    result = result_of(load, server, "/publish")
    result["cpu_ms"] = (server.cpu_seconds() - before) * 1e3 / result["requests"]
    return result


def bench_publish(options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard < options.sockets + 200:
        raise SystemExit(f"{options.sockets} sockets need more descriptors than the limit of {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    build_load()
    available = servers()[0]
    port = available["patchbay"][0]
    conf = os.path.join(WORK, "publish.yaml")
    with open(conf, "w") as file:
        file.write(f"listen: 127.0.0.1:{port}\nevent_loops: 1\nplugins: {{directory: {RELEASE}/contract}}\n"
                   f"limits: {{connections: {options.sockets + 100}}}\nlog: {{level: warning}}\n")
    rounds = []
    with Server("limit", *available["limit"]) as limit, Server("patchbay", port, [PATCHBAY, "serve", conf], {}) as server:
        for number in range(options.rounds):
            before, result, after = measure(limit, options), measure(server, options), measure(limit, options)
            result["ratio"] = result["cpu_ms"] / ((before["cpu_ms"] + after["cpu_ms"]) / 2)
            result["limit_p99_us"] = (before["p99_us"] + after["p99_us"]) / 2
            rounds.append(result)
            print(f"round {number + 1} x{result['ratio']:.2f}", file=sys.stderr)
    middle = lambda key: statistics.median(result[key] for result in rounds)
    ratios = [result["ratio"] for result in rounds]
    print("| sockets | x bare sends, median (lowest-highest) | CPU ms a publish | p50 ms | p99 ms | p99 ms of bare sends |\n"
          "|---|---|---|---|---|---|")
    print(f"| {options.sockets:,} | {middle('ratio'):.2f} ({min(ratios):.2f}-{max(ratios):.2f}) | {middle('cpu_ms'):.1f} | "
          f"{middle('p50_us') / 1e3:.1f} | {middle('p99_us') / 1e3:.1f} | {middle('limit_p99_us') / 1e3:.1f} |")
