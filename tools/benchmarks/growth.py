"""Whether a request costs the same as plugins, routes and connections grow: a table, and a plot of it as SVG."""
import contextlib
import math
import os
import resource
import shutil
import statistics
import sys
import tempfile

from behaviour import ask, connect
from harness import PATCHBAY, RELEASE, WORK, Server, build_load, measure, servers

EXAMPLES = ("hello", "notes", "ticker", "fanout", "chat", "upload")
ACTIVE = 64  # connections that ask, where it is not they that grow
SERIES = {
    "plugins": (1, 3, 7),
    "routes": (10, 100, 1_000, 10_000),
    "connections": (8, 64, 512, 4_096),
    "idle connections": (10, 100, 1_000, 10_000),  # beside those that ask
}


def configuration(port, folder, plugins, routes, connections):
    """the contract plugin and plugins - 1 of the examples, and as many more routes"""
    directory = os.path.join(folder, "plugins")
    os.makedirs(directory)
    shutil.copy(os.path.join(RELEASE, "contract", "contract.so"), directory)
    for name in EXAMPLES[:plugins - 1]:
        shutil.copy(os.path.join(RELEASE, "plugins", name + ".so"), directory)
        if os.path.isdir(os.path.join(RELEASE, "plugins", name)):
            shutil.copytree(os.path.join(RELEASE, "plugins", name), os.path.join(directory, name))
    path = os.path.join(folder, "growth.yaml")
    with open(path, "w") as file:
        file.write(f"listen: 127.0.0.1:{port}\nevent_loops: 1\nplugins: {{directory: {directory}}}\nlog: {{level: warning}}\n"
                   f"limits: {{connections: {connections + 1000}}}\ntimeouts: {{idle: 10m}}\nroutes:\n")
        file.writelines(f"  - {{path: /made/{n}/up, handler: contract.getonly}}\n" for n in range(routes))
    return path


def ratio_at(limit, port, series, size, seconds):
    plugins, routes = size if series == "plugins" else 1, size if series == "routes" else 10
    asking, idle = size if series == "connections" else ACTIVE, size if series == "idle connections" else 0
    with tempfile.TemporaryDirectory(dir=WORK) as folder, contextlib.ExitStack() as opened:
        conf = configuration(port, folder, plugins, routes, asking + idle)
        server = opened.enter_context(Server("patchbay", port, [PATCHBAY, "serve", conf], {}, directory=folder))
        for index in range(idle):
            opened.enter_context(connect(port, index, ask))
        before = measure(limit, "/", seconds / 2, asking)["cpu_us"]
        cost = measure(server, "/", seconds, asking)["cpu_us"]
        after = measure(limit, "/", seconds / 2, asking)["cpu_us"]
    return cost / ((before + after) / 2)


def bench_growth(options):
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    build_load()
    available = servers()[0]
    port = available["patchbay"][0]
    measured = {(series, size): [] for series, sizes in SERIES.items() for size in sizes}
    with Server("limit", *available["limit"]) as limit:
        for number in range(options.rounds):
            for (series, size), ratios in measured.items():
                ratios.append(ratio_at(limit, port, series, size, options.seconds))
                print(f"round {number + 1} {size:6,} {series:17} x{ratios[-1]:.2f}", file=sys.stderr)
    print("| growing | x limit, median (lowest-highest), at |\n|---|---|")
    for series, sizes in SERIES.items():
        at = lambda ratios: f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        print(f"| {series} | " + ", ".join(f"{size:,}: {at(measured[series, size])}" for size in sizes) + " |")
    if options.plot:
        with open(options.plot, "w") as file:
            file.write(plot(measured))


def plot(measured):
    """a panel for each series: its sizes to the right, by their logarithms; the ratio upwards, from 0"""
    width, height, top, highest = 180, 150, 30, 1.5
    y = lambda ratio: top + height * (1 - min(ratio, highest) / highest)
    parts = []
    for number, (series, sizes) in enumerate(SERIES.items()):
        left = 40 + number * (width + 20)
        spread = math.log(sizes[-1] / sizes[0])
        x = lambda size: left + 15 + (width - 30) * math.log(size / sizes[0]) / spread
        parts.append(f'<rect x="{left}" y="{top}" width="{width}" height="{height}" fill="none" stroke="#999"/>'
                     f'<text x="{left + width / 2}" y="20" text-anchor="middle">{series}</text>'
                     f'<line x1="{left}" x2="{left + width}" y1="{y(1)}" y2="{y(1)}" stroke="#999" stroke-dasharray="4"/>')
        points = [(x(size), measured[series, size], size) for size in sizes]
        line = " ".join(f"{at:.1f},{y(statistics.median(ratios)):.1f}" for at, ratios, _ in points)
        parts.append(f'<polyline points="{line}" fill="none" stroke="#06c" stroke-width="2"/>')
        for at, ratios, size in points:
            parts.append(f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{y(min(ratios)):.1f}" y2="{y(max(ratios)):.1f}" stroke="#06c"/>'
                         f'<text x="{at:.1f}" y="{top + height + 14}" text-anchor="middle">{size:,}</text>')
    for ratio in (0, 0.5, 1, 1.5):
        parts.append(f'<text x="34" y="{y(ratio) + 4}" text-anchor="end">{ratio:g}</text>')
    total = 40 + len(SERIES) * (width + 20)
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total} {top + height + 24}" font-family="sans-serif" '
            'font-size="10">\n<title>CPU time of a request, times the bare epoll limit</title>\n' + "\n".join(parts) + "\n</svg>\n")
