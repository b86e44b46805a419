"""Import lines, sorted and merged as isort does it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable


def sorted_imports(lines: Iterable[str]) -> list[str]:
    """The lines, the standard library first; several names of a module in one line."""
    plain: dict[bool, list[str]] = {True: [], False: []}
    members: dict[bool, dict[str, set[str]]] = {True: {}, False: {}}
    for line in lines:
        module, _, names = line.removeprefix("from ").removeprefix("import ").partition(" import ")
        standard = re.split(r"[. ]", module)[0] in sys.stdlib_module_names
        if names:
            members[standard].setdefault(module, set()).add(names)
        else:
            plain[standard].append(line)
    found: list[str] = []
    for standard in (True, False):
        block = sorted(plain[standard], key=str.casefold)
        for module, names_of in sorted(members[standard].items()):
            named = sorted(names_of, key=lambda n: (not n.isupper(), not n[0].isupper(), n))
            block.append(f"from {module} import {', '.join(named)}")
        found += [*([""] if found and block else []), *block]
    return found
