"""What the lints of this folder share: the project's files, C++ text without comments and strings, and how
findings are reported."""

import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
CPP = (".hpp", ".cpp")

_COMMENT_OR_LITERAL = re.compile(
    r"""(?P<comment> //(?:\\\n|[^\n])* | /\*.*?\*/ )
      | (?P<raw> (?<!\w)(?:u8|[uUL])?R"(?P<fence>[^()\\\s]{0,16})\(.*?\)(?P=fence)" )
      | (?P<string> "(?:\\.|[^"\\\n])*" )
      | (?P<character> (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+' )""",
    re.VERBOSE | re.DOTALL,
)


def files(root, folders, suffixes=CPP):
    """Paths below the folders, relative to root and sorted; hidden, built and installed ones are passed over."""
    found = []
    for folder in folders:
        for place, subfolders, names in os.walk(os.path.join(root, folder)):
            subfolders[:] = [name for name in subfolders if name[0] != "." and name not in ("build", "node_modules", "__pycache__")]
            found += [os.path.relpath(os.path.join(place, name), root) for name in names if name.endswith(suffixes)]
    return sorted(found)


def read(root, path):
    with open(os.path.join(root, path), encoding="utf-8", errors="replace") as file:
        return file.read()


def without_comments(text, keep_strings=False):
    """The text with comments, and the insides of strings, blanked: every line and column stays where it was."""

    def blank(match):
        token = match.group()
        if match.lastgroup == "comment" or match.group("comment"):
            return re.sub(r"[^\n]", " ", token)
        if keep_strings:
            return token
        return token[0] + re.sub(r"[^\n]", " ", token[1:-1]) + token[-1]

    return _COMMENT_OR_LITERAL.sub(blank, text)


def run(description, findings):
    """The lint's main: findings(root) yields (path, line, problem); --root DIR looks at another tree."""
    arguments = sys.argv[1:]
    if arguments in (["-h"], ["--help"]):
        print(description.strip())
        return 0
    if arguments and (arguments[0] != "--root" or len(arguments) != 2):
        print("the only argument is --root DIR", file=sys.stderr)
        return 2
    problems = sorted(set(findings(arguments[1] if arguments else ROOT)))
    for path, line, problem in problems:
        print(f"{path}:{line}: {problem}")
    return 1 if problems else 0
