"""Damage to bytes and to JSON, decided by a source of randomness that Hypothesis can shrink."""

from __future__ import annotations

import copy
import random as randoms
from typing import Any

LENGTHS = (0, 1, 127, 128, 255, 256, 65535, 2**31 - 1, 2**32 - 1, 2**63 - 1)

TEXTS = (  # first those that differ most
    "../../outside",
    "\ud800",
    "<script>alert(1)</script>\"'&",
    "x" * 100_000,
    "",
    ".",
    "..",
    "/etc/passwd",
    "C:\\Windows\\win.ini",
    "a\x00b",
    "a\nb\r\n\tc",
    "\u202edet\u202cricted\u2066",
    "{{ 7*7 }}{% raw %}",
    "=1+1",
    "ä😀" * 40,
    "%2e%2e%2f",
)

VALUES: tuple[Any, ...] = (
    None,
    True,
    False,
    0,
    -1,
    1,
    2**31,
    2**53 + 1,
    2**63,
    -(2**64),
    10**400,
    0.5,
    -1e308,
    float("nan"),
    float("inf"),
    [],
    [[]],
    {},
    {"": {}},
    [None] * 100,
    [-1, 2**40],
    ["a", 1],
    *TEXTS,
)


def damaged_bytes(content: bytes, random: randoms.Random) -> bytes:
    """The content with one to four pieces of damage."""
    damaged = bytearray(content)
    for _ in range(random.randint(1, 4)):
        at = random.randint(0, len(damaged))
        much = random.choice((1, 2, 4, 8, 16, 64, 1024))
        kind = random.randint(0, 7)
        if kind == 0:
            del damaged[at:]
        elif kind in (1, 2) and at < len(damaged):
            damaged[at] ^= 1 << random.randint(0, 7)
        elif kind == 3:
            damaged[at:at] = bytes(random.randint(0, 255) for _ in range(min(much, 16)))
        elif kind == 4:
            del damaged[at : at + much]
        elif kind == 5:
            damaged[at : at + much] = bytes([random.choice((0, 255))]) * much
        elif kind == 6:
            size, order = random.choice((1, 2, 4, 8)), random.choice(("big", "little"))
            number = random.choice(LENGTHS) % 256**size
            damaged[at : at + size] = number.to_bytes(size, order)  # type: ignore[arg-type]
        else:
            damaged[at:at] = damaged[at : at + much]
    return bytes(damaged)


def damaged_json(value: Any, random: randoms.Random) -> Any:
    """The value with one to three of its parts replaced, removed, renamed or doubled."""
    root = [copy.deepcopy(value)]
    for _ in range(random.randint(1, 3)):
        places = list(_places(root))
        inside, key = places[random.randint(0, len(places) - 1)]
        kind = random.randint(0, 5)
        if kind == 0 and inside is not root:
            del inside[key]
        elif kind == 1 and isinstance(inside, dict):
            inside[random.choice(TEXTS)] = inside.pop(key)
        elif kind == 2 and isinstance(inside, list):
            inside.insert(key, copy.deepcopy(inside[key]))
        elif kind == 3 and isinstance(inside[key], (int, str)):
            inside[key] = inside[key] * 2
        else:
            inside[key] = copy.deepcopy(random.choice(VALUES))
    return root[0]


def _places(value: Any) -> Any:
    """Every (container, key) below."""
    pairs = enumerate(value) if isinstance(value, list) else value.items() if isinstance(value, dict) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)
