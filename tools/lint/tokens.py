"""C++ as a list of words with their lines and matching brackets: as much grammar as the coroutine lint needs."""

import re

_WORD = re.compile(
    r"""[A-Za-z_]\w* | \d(?:[\w.]|'(?=\w))* | "[^"]*" | '[^']*'
      | :: | -> | \.\.\. | && | \|\| | [-+*/%&|^=!<>]= | [^\s]""",
    re.VERBOSE,
)
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_CONTROL = ("if", "while", "for", "switch", "catch", "constexpr")


class Tokens:
    def __init__(self, text):
        self.words, self.lines, self.partner = [], [], {}
        line, seen, open_brackets = 1, 0, []
        for match in _WORD.finditer(text):
            line += text.count("\n", seen, match.start())
            seen = match.start()
            word = match[0]
            if word in _PAIRS:
                open_brackets.append(len(self.words))
            elif word in _PAIRS.values() and open_brackets:
                opening = open_brackets.pop()
                self.partner[opening], self.partner[len(self.words)] = len(self.words), opening
            self.words.append(word)
            self.lines.append(line)

    def at(self, i):
        return self.words[i] if 0 <= i < len(self.words) else ""

    def split(self, opening, separator):
        """The ranges between an opening bracket's separators."""
        end, begin, parts = self.partner.get(opening, opening), opening + 1, []
        i = begin
        while i < end:
            if self.words[i] == separator:
                parts.append((begin, i))
                begin = i + 1
            i = self.partner.get(i, i) + 1 if self.words[i] in _PAIRS else i + 1
        return parts + [(begin, end)]

    def is_lambda_body(self, brace):
        """Whether the brace follows [...], [...](...) or [...](...) with specifiers and a return type."""
        i = brace - 1
        while re.match(r"\w|::|[<>&*]|->|,", self.at(i)) and self.at(i) not in _CONTROL + ("else", "do", "try", "return"):
            i -= 1
        if self.at(i) == ")":
            i = self.partner.get(i, 0) - 1
        return self.at(i) == "]" and self.at(self.partner.get(i, 0) - 1) not in ("]", ")") and i != brace

    def awaits(self, begin, end):
        """Whether the range has a co_await of its own, not a lambda's."""
        i = begin
        while i < end:
            if self.words[i] == "co_await":
                return True
            i = self.partner.get(i, i) + 1 if self.words[i] == "{" and self.is_lambda_body(i) else i + 1
        return False

    def after_template_arguments(self, i):
        depth, k = 0, i
        while self.at(k) not in (";", "{", "}", ""):
            depth += {"<": 1, ">": -1}.get(self.at(k), 0)
            if depth == 0:
                return k + 1 if self.at(i) == "<" else i
            k += 1
        return i

    def is_awaited_itself(self, i):
        """Whether the name at i is the operand: `co_await detail::Name{...}`."""
        while self.at(i - 1) == "::":
            i -= 2
        return self.at(i - 1) == "co_await"

    def declares(self, begin, end):
        """Whether the range reads `type name = ...` or `type name{...}`."""
        words = self.words[begin:end]
        if "=" not in words and "{" not in words:
            return False
        head = words[: min(words.index(sign) for sign in ("=", "{") if sign in words)]
        if len(head) < 2 or not re.match(r"[A-Za-z_]", head[0]):
            return False
        return head[-1] == "]" or (
            re.match(r"[A-Za-z_]", head[-1]) is not None
            and (re.match(r"\w", head[-2]) is not None or head[-2] in ("&", "*", ">", "&&"))
            and not {"co_await", "(", "return"} & set(head)
        )

    def list_opener(self, i):
        """The bracket that most closely encloses i."""
        while i > 0:
            i -= 1
            if self.words[i] in _PAIRS:
                return self.words[i]
            if self.words[i] in _PAIRS.values():
                i = self.partner.get(i, 0)
        return ""

    def expression(self, i):
        """The range of the full expression, or declaration, around i."""
        return self._left(i), self._right(i)

    def _left(self, i):
        while i > 0:
            word = self.words[i - 1]
            if word == ";" or (word == "{" and not self._is_initializer(i - 1)):
                return i
            if word == "}" and self.at(i) not in (",", ")", ";", ".", "->", "?", ":", "(", "]", "}", "=="):
                return i
            if word == "(" and self.at(i - 2) in _CONTROL:
                return i
            i = self.partner.get(i - 1, i - 1) if word in _PAIRS.values() else i - 1
            if word == ")" and self.at(i - 1) in _CONTROL:
                return self.partner[i] + 1
        return i

    def _right(self, i):
        while i < len(self.words):
            word = self.words[i]
            if word in (";", "}") and not (word == "}" and self._is_initializer(self.partner.get(i, 0))):
                return i
            if word == ")" and self.at(self.partner.get(i, 0) - 1) in _CONTROL:
                return i
            if word == "{" and not self._is_initializer(i) and not self.is_lambda_body(i):
                return i
            i = self.partner.get(i, i) + 1 if word in _PAIRS else i + 1
        return i

    def _is_initializer(self, brace):
        """Braces around values, not around statements."""
        before = self.at(brace - 1)
        if before in ("else", "do", "try", "const", "override", "final", "noexcept", "mutable"):
            return False
        if self.is_lambda_body(brace):
            return False
        return re.match(r"\w|[>(,=?:\]{]$|&&|\|\|", before) is not None


def aggregates(tokens):
    """Names of the structs that declare no constructor."""
    names = set()
    for i, word in enumerate(tokens.words):
        if word != "struct":
            continue
        name, opening = "", i + 1
        while opening < len(tokens.words) and re.match(r"\w|::|[\[(]", tokens.at(opening)):
            if re.match(r"\w", tokens.at(opening)) and tokens.at(opening) not in ("final", "alignas"):
                name = tokens.at(opening)
            opening = tokens.partner.get(opening, opening) + 1
        while re.match(r"\w|::|[:,<>]", tokens.at(opening)):
            opening += 1  # bases
        if not name[:1].isupper() or tokens.at(opening) != "{":  # `struct stat file{}` is a variable
            continue
        body = range(opening + 1, tokens.partner.get(opening, opening))
        if not any(tokens.words[k] == "using" or (tokens.words[k] == name and tokens.at(k + 1) == "(") for k in body):
            names.add(name)
    return names
