"""What a registry says of an image, which a launch that pins images will meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from otternauts_desktop.core.flight.scheduling import Platforms


@dataclass(frozen=True, slots=True)
class ImageSeen:
    """The answer for one image, by the text that the flight plan has."""

    digest: str = ""
    """`sha256:...`; "" where no registry told one."""
    platforms: Platforms = ()
    """What it is made for; empty where that is not told."""
    trouble: str = ""
    """Why there is no digest, in Docker's own words."""
    silent: bool = False
    """Whether its registry could not be reached at all."""


def read_distribution(answer: Mapping[str, Any]) -> ImageSeen:
    """The Engine's answer to `GET /distribution/IMAGE/json`."""
    descriptor = answer.get("Descriptor") or {}
    platforms = tuple(
        (str(platform.get("os", "")), str(platform.get("architecture", "")))
        for platform in answer.get("Platforms") or ()
        if platform.get("architecture") != "unknown"  # attestations stand among them
    )
    return ImageSeen(str(descriptor.get("digest", "")), platforms)


def registry_of(image: str) -> str:
    """`ghcr.io` of `ghcr.io/acme/shop:1`; "" for Docker Hub (distribution/reference)."""
    first, slash, _ = image.partition("/")
    named = slash and (first == "localhost" or "." in first or ":" in first)
    return first if named else ""
