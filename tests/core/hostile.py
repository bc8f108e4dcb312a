"""Texts that are made to stop a program: shared by a test (what is said) and a bench (how soon)."""

from collections.abc import Mapping
from typing import Final

_SERVICE: Final = "services:\n  web:\n    image: x:1\n"


def _alias_bomb() -> str:
    levels = ["x-0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    levels += [f"x-{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    return "\n".join(levels) + f"\n{_SERVICE}    x-it: *a9\n"


def _merge_bomb() -> str:
    keys = "".join(f"  k{n}: {{a: 1, b: 2}}\n" for n in range(50))
    levels = [f"x-0: &m0\n{keys}"]
    for n in range(1, 30):
        sources = ", ".join([f"*m{n - 1}"] * 15)
        levels.append(f"x-{n}: &m{n}\n  <<: [{sources}]\n  own{n}: *m{n - 1}\n")
    return "".join(levels) + _SERVICE


def _many(line: str, count: int) -> str:
    return _SERVICE + "    environment:\n" + "".join(line.format(n) for n in range(count))


REFUSED: Final[Mapping[str, str]] = {
    "aliases of aliases": _alias_bomb(),
    "merge keys of merge keys": _merge_bomb(),
    "an anchor in itself": f"{_SERVICE}    x-it: &a [*a]\n",
    "10,000 aliases": f"x-a: &a 1\n{_SERVICE}    x-it: [{'*a, ' * 10_000}]\n",
    "200,000 keys": _many("      K{}: v\n", 200_000),
    "40,000 services": "services:\n" + "".join(f" s{n}: {{image: x}}\n" for n in range(40_000)),
    "a list 100,000 deep": f"services: {'[' * 100_000}",
    "a mapping 100,000 deep": f"services: {'{a: ' * 100_000}",
    "1,000 levels of indentation": "".join(f"{' ' * n}a:\n" for n in range(1_000)),
    "10 MB": _many("      K{}: " + "v" * 500 + "\n", 20_000),
    "10 MB in one line": _SERVICE + "    command: " + "x" * 10_000_000,
    "10 MB of one key": "x" * 10_000_000 + ": 1\n",
    "10 MB of opened quotes": _SERVICE + "    command: " + '"\\u0041' * 1_300_000,
    "10 MB of comments": "#" * 10_000_000,
    "documents without an end": "---\n" * 1_000_000,
    "150,000 documents": "---\na\n" * 150_000,
    "a tag that makes an object": "services: !!python/object/apply:os.system ['true']\n",
    "a key that is a mapping": f"{_SERVICE}    ? {{a: b}}\n    : c\n",
    "control characters": f"{_SERVICE}    command: a\x00b\x1b[2J\n",
    "half a character": f"{_SERVICE}    command: \ud800\n",
    "variables in variables": _SERVICE + "    command: '" + "${A:-" * 30_000 + "}" * 30_000 + "'\n",
    "variables that never close": _SERVICE + "    command: '" + "${A:-{" * 100_000 + "'\n",
    "a circle of extends": "services:\n  a: {extends: b}\n  b: {extends: a}\n",
}
"""Each of them is refused, with a sentence."""

TOLD: Final[Mapping[str, str]] = {
    "replicas of 200,000 digits": f"{_SERVICE}    deploy: {{replicas: {'9' * 200_000}}}\n",
    "a hexadecimal of 200,000 digits": f"{_SERVICE}    deploy: {{replicas: 0x{'f' * 200_000}}}\n",
    "a float of 200,000 digits": f"{_SERVICE}    cpus: 1.{'9' * 200_000}\n",
    "an exponent": f"{_SERVICE}    cpus: 1e999999999\n    mem_limit: 1e999999999\n",
    "a size": f"{_SERVICE}    mem_limit: {'9' * 100_000}g\n",
    "a duration": f"{_SERVICE}    stop_grace_period: {'9' * 100_000}h\n",
    "a port": f"{_SERVICE}    ports: ['{'9' * 100_000}:80', '1-65535:1-65535']\n",
    "a huge retry": f"{_SERVICE}    restart: on-failure:{'9' * 100_000}\n",
    "minutes of minutes": f"{_SERVICE}    stop_grace_period: {'1m' * 100_000}\n",
    "a date of 200,000 digits": f"{_SERVICE}    command: [{'2' * 200_000}-01-01]\n",
    "a tag of 900 KB": _SERVICE + f"    command: !{'x' * 900_000} a\n",
    "20,000 unknown keys": _SERVICE + "".join(f"    imagee{n}: x\n" for n in range(20_000)),
    "20,000 unknown keys at the top": _SERVICE + "".join(f"service{n}: x\n" for n in range(20_000)),
    "9,000 services without an image": "services:\n"
    + "".join(f" s{n}: {{privileged: true}}\n" for n in range(9_000)),
    "4,000 services that wait for each other": "services:\n"
    + "".join(f" s{n}: {{image: x, depends_on: [s{n + 1}]}}\n" for n in range(4_000)),
    "4,000 services in launch order": "x-otternauts: {launch_order: depends_on}\n"
    "services:\n"
    + "".join(f" s{n}: {{image: x, depends_on: [s{n + 1}]}}\n" for n in range(4_000))
    + " s4000: {image: x}\n",
    "5,000 services that extend each other": "services:\n"
    + "".join(f" s{n}: {{extends: s{n + 1}}}\n" for n in range(5_000))
    + " s5000: {image: x}\n",
    "3,000 services that extend a big one": "services:\n big:\n  image: x\n  environment:\n"
    + "".join(f"   K{n}: v\n" for n in range(3_000))
    + "".join(f" s{n}: {{extends: big}}\n" for n in range(3_000)),
    "10,000 ranges of ports": f"{_SERVICE}    ports:\n"
    + "".join(f"    - {n}-{n + 999}:{n}-{n + 999}\n" for n in range(1, 10_001)),
    "500 aliases of a long text": f"x-a: &a {'v' * 900_000}\n"
    f"{_SERVICE}    command: [{'*a, ' * 490}]\n",
    "20,000 missing variables": f"{_SERVICE}    environment:\n"
    + "".join(f"      K{n}: ${{V{n}}}\n" for n in range(20_000)),
    "8,000 networks": _SERVICE
    + "networks:\n"
    + "".join(f"  n{n}: {{driver: bridge}}\n" for n in range(8_000)),
    "20,000 undefined volumes": f"{_SERVICE}    volumes:\n"
    + "".join(f"    - v{n}:/v{n}\n" for n in range(20_000)),
    "20,000 undefined secrets": f"{_SERVICE}    secrets:\n"
    + "".join(f"    - s{n}\n" for n in range(20_000)),
    "20,000 labels": f"{_SERVICE}    labels:\n" + "".join(f"    - l{n}=v\n" for n in range(20_000)),
    "20,000 commands": f"{_SERVICE}    command:\n"
    + "".join(f"    - l{n}=v\n" for n in range(20_000)),
    "5,000 fixes": "services:\n"
    + "".join(f" s{n}: {{image: x, ports: [80]}}\n" for n in range(5_000)),
}
"""Numbers that no machine holds, and small things very often: told, or taken as they are."""

ENV_FILES: Final[Mapping[str, str]] = {
    "values that double": "A=xxxxxxxxxxxxxxxx\n" + "A=$A$A\n" * 1_000,
    "a megabyte of dollars": "A=" + "$" * 1_000_000,
    "a quote that never closes": 'A="' + "x\n" * 400_000,
    "200,000 names": "".join(f"K{n}=v\n" for n in range(100_000)),
    "a long value a thousand times": f"A={'x' * 500_000}\n" + "B=$A\n" * 50_000,
    "nested defaults": "A=" + "${A:-" * 150_000 + "\n",
}
"""Files of variables beside a flight plan."""
