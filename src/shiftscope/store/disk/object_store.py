"""Connections to object stores by obstore, imported when an address asks for it, and its errors as ours."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from shiftscope.errors import StoreError

# Of one request, with all of its bytes. Smaller ones are made of large files when writing.
TIMEOUT_SECONDS = 120
RETRIES: Any = {}  # as obstore has them where empty: ten, within three minutes
MOST_SAID = 300  # characters of what a store says of an error

WHERE_CREDENTIALS_ARE = {
    "s3": "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION and, for other stores than Amazon's, AWS_ENDPOINT_URL",
    "gs": "GOOGLE_APPLICATION_CREDENTIALS",
    "az": "AZURE_STORAGE_ACCOUNT_NAME and AZURE_STORAGE_ACCOUNT_KEY",
}


@lru_cache(maxsize=16)
def connected(root: str) -> Any:
    """The store of a bucket such as s3://bucket, by what the environment says of credentials, region and endpoint.

    Raises
    ------
    StoreError
        obstore is not installed, or the environment says what it cannot use.
    """
    try:
        from obstore.exceptions import BaseError
        from obstore.store import MemoryStore, from_url
    except ImportError:
        raise StoreError(
            f"{root} is on an object store, and the package obstore is not installed: pip install 'shiftscope[cloud]'."
        ) from None
    if root.startswith("memory:"):
        return MemoryStore()
    options: Any = {"timeout": f"{TIMEOUT_SECONDS}s"}
    if os.environ.get("AWS_ENDPOINT_URL", os.environ.get("AWS_ENDPOINT", "")).startswith("http://"):
        options["allow_http"] = True
    try:
        return from_url(root, client_options=options, retry_config=RETRIES or None)
    except (BaseError, ValueError) as error:
        raise StoreError(f"{root} cannot be reached: {_said(error)}. {_advice(root)}") from error


@contextmanager
def asked(root: str, what: str) -> Iterator[None]:
    """What obstore raises, after its own retries, as ours; a file that is not there stays `FileNotFoundError`."""
    from obstore.exceptions import BaseError

    try:
        yield
    except FileNotFoundError as error:
        if "NoSuchBucket" in str(error):
            raise _no_bucket(root) from error
        raise FileNotFoundError(2, "it is not there", what) from error
    except BaseError as error:
        if "NoSuchBucket" in str(error):
            raise _no_bucket(root) from error
        raise StoreError(f"{what}: the object store says {_said(error)}. {_advice(root)}") from error


def _no_bucket(root: str) -> StoreError:
    return StoreError(
        f"there is no bucket {root}. Make it first, or look whether the name, the region and the endpoint are right."
    )


def _said(error: Exception) -> str:
    """Its first lines in one, without what it says for those who mend obstore."""
    words = " ".join(str(error).partition("\nDebug source")[0].split()).rstrip(".")
    return words if len(words) <= MOST_SAID else f"{words[:MOST_SAID]} ..."


def _advice(root: str) -> str:
    names = WHERE_CREDENTIALS_ARE.get(root.partition(":")[0])
    return f"Try again, or look at {names} in the environment." if names else "Try again."
