"""Git, as far as a launch wants to know where its flight plan comes from."""

import asyncio
import contextlib
from typing import Final

_SECONDS: Final = 2.0


async def commit_of(directory: str) -> str:
    """The commit that a folder's work tree stands at, short; "" where that can't be told.

    Only `rev-parse` is asked: it runs none of the commands that a repository's own settings name.
    """
    if not directory:
        return ""
    try:
        asked = await asyncio.create_subprocess_exec(
            *("git", "-C", directory, "rev-parse", "--verify", "--quiet", "--short=10", "HEAD"),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:  # there is no git
        return ""
    try:
        async with asyncio.timeout(_SECONDS):
            said, _ = await asked.communicate()
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            asked.kill()
        await asked.wait()
        return ""
    return said.decode("ascii", "replace").strip()
