#!/usr/bin/env python3
"""doc_examples.py EXAMPLES.cpp PROGRAMS.cpp PAGE.md...

Writes the C++ examples of the pages into one source, each in a namespace of its own, so that a compiler reads them; and
those that have a main(), with the first plugin, into a program that runs them.
"""

import re
import sys

PREAMBLE = """#undef NDEBUG
#include <patchbay/plugin.hpp>
#include <patchbay/testing.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cassert>
#include <charconv>
#include <fstream>
#include <functional>
#include <mutex>

using namespace patchbay;

// One program is one plugin at most.
#undef PATCHBAY_PLUGIN
#define PATCHBAY_PLUGIN(Class, ...) static_assert(std::is_base_of_v<Plugin, Class>)
"""


def without_includes(block, plugin):
    """The lines stay, so that the compiler's numbers are those of the page; a plugin's file becomes its class."""
    block = re.sub(r"^#include \"\w+\.cpp\"$", f"using {plugin};", block, flags=re.MULTILINE)
    return re.sub(r"^#include .*$", "", block, flags=re.MULTILINE)


def blocks(pages):
    """the page, the line and the text of each example"""
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for block in re.finditer(r"^```cpp\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            yield page, text.count("\n", 0, block.start(1)) + 1, block[1]


def main(examples, programs, *pages):
    parts, runnable, calls, plugin = [PREAMBLE], [PREAMBLE], [], None
    for number, (page, line, block) in enumerate(blocks(pages)):
        code = without_includes(block, plugin).replace("int main() {", "void program() {")
        # Without the page in it: what comes from another file is a header's to g++.
        part = f"// {page}\nnamespace example_{number} {{\n#line {line}\n{code}}}\n"
        parts.append(part)
        if "void program() {" in code:
            runnable.append(part)
            calls.append(f"    example_{number}::program();\n")
        found = re.search(r"^PATCHBAY_PLUGIN\((\w+)", code, re.MULTILINE)
        if found and not plugin:
            plugin = f"example_{number}::{found[1]}"
            runnable.append(part)
    if not calls:
        sys.exit("there is no example with a main()")
    runnable.append(f"int main() {{\n{''.join(calls)}}}\n")
    for out, content in (examples, parts), (programs, runnable):
        with open(out, "w", encoding="utf-8") as file:
            file.write("\n".join(content))


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
