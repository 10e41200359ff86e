#!/usr/bin/env python3
"""doc_examples.py PAGE.md OUT.cpp

Writes the C++ examples of a page into one source, each in a namespace of its own, so that a compiler reads
them. Examples with an #include are whole files, and are left out.
"""

import re
import sys

PREAMBLE = """#include <patchbay/plugin.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>

#include <fstream>
#include <functional>
#include <mutex>

using namespace patchbay;
"""


def main(page, out):
    text = open(page, encoding="utf-8").read()
    parts = [PREAMBLE]
    for number, block in enumerate(re.finditer(r"^```cpp\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)):
        if "#include" in block[1]:
            continue
        line = text.count("\n", 0, block.start(1)) + 1
        parts.append(f'namespace example_{number} {{\n#line {line}\n{block[1]}}}\n')
    if len(parts) == 1:
        sys.exit(f"{page} has no examples")
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
