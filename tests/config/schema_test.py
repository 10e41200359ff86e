#!/usr/bin/env python3
"""schema_test.py SOURCE

Applies conf/patchbay.schema.json to documents, as an editor does: to those of conf/ and to the examples of the
documentation, which it must accept, and to files of tests/config/ with mistakes that a schema can tell.
Exit code 77, which skips the test, without the Debian packages python3-jsonschema and python3-yaml, unless CI
is "true".
"""

import json
import os
import pathlib
import re
import sys

try:
    import jsonschema
    import yaml
except ImportError as missing:
    print(f"cannot import {missing.name}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)

PAGES = ["README.md", "docs/operating.md", "docs/plugins.md"]
BROKEN = """
    auth_without_users boolean_number boolean_quoted count_fraction count_negative count_text
    count_too_large count_zero duration_bare_number duration_days duration_infinite errors_status
    listener_limit_range listener_limit_unknown
""".split()
EMPTY_KINDS = {
    "rate_limit": False, "cors": False, "basic_auth": False, "bearer_auth": False,
    "compression": True, "request_id": True, "security_headers": True,
}


def good_documents(source):
    for file in sorted((source / "conf").glob("*.yaml")):
        yield file.name, file.read_text(encoding="utf-8")
    for page in PAGES:
        text = (source / page).read_text(encoding="utf-8")
        for block in re.finditer(r"^```yaml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
            yield f"{page}:{text.count(chr(10), 0, block.start()) + 1}", block[1]


def main(source):
    schema = json.loads((source / "conf/patchbay.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft7Validator.check_schema(schema)
    validator = jsonschema.Draft7Validator(schema)
    failures = []
    accepted = 0

    def judge(name, document, good):
        nonlocal accepted
        as_json = json.loads(json.dumps(yaml.safe_load(document)))  # where every key is text, as editors take it
        mistakes = [error.message for error in validator.iter_errors(as_json)]
        accepted += not mistakes
        if good != (not mistakes):
            failures.append(f"{name}: " + ("; ".join(mistakes) if good else "is accepted"))

    for name, document in good_documents(source):
        judge(name, document, True)
    if accepted < 8:
        failures.append(f"only {accepted} good documents were found")
    for name in BROKEN:
        judge(name, (source / "tests/config" / f"{name}.yaml").read_text(encoding="utf-8"), False)
    for kind, good in EMPTY_KINDS.items():
        for settings in ("{}", "null"):
            judge(f"{kind}: {settings}", f"filters: {{f: {{{kind}: {settings}}}}}", good)
    judge("cors without origins", "filters: {f: {cors: {origins: []}}}", False)
    judge("a listener without an address", "listen: [{proxy_protocol: true}]", False)
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
