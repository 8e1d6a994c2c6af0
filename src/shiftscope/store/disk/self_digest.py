"""Descriptions that hold a checksum of themselves, since nothing else tells what they were."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

DIGEST = "digest"


def with_own_digest(content: Mapping[str, Any]) -> dict[str, Any]:
    """`content` with the SHA-256 of the rest of it, as JSON with sorted keys, under "digest"."""
    rest = {key: value for key, value in content.items() if key != DIGEST}
    return {**rest, DIGEST: hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()}


def is_as_written(content: Mapping[str, Any]) -> bool:
    """Whether nothing of it has changed; descriptions of before, which hold no digest, are taken as they are."""
    return DIGEST not in content or with_own_digest(content)[DIGEST] == content[DIGEST]
