"""Images pinned to their digests before they are sent, and services labelled with their launch.

What flies is then what the record says, whatever happens to a tag; and which services a launch
has reached can be read from the swarm alone. A label of a service restarts none of its tasks.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from otternauts_desktop.core.fleet.flight_plan import Prepared
from otternauts_desktop.core.flight.live import asked_for, digest, familiar
from otternauts_desktop.core.flight.plan import ChangeKind, Plan
from otternauts_desktop.core.names import LaunchId
from otternauts_desktop.core.swarm.state import ASKED_LABEL, LAUNCH_LABEL, Snapshot

Pins = Mapping[str, str]
"""Digests (`sha256:...`) by the text of the image."""


def images_of(prepared: Prepared) -> tuple[str, ...]:
    """The images of all vessels and jobs, as the flight plan has them."""
    settings = [*prepared.data["services"].values(), *(j.settings for j in prepared.pre_deploy)]
    images = (str(of.get("image", "")) for of in settings)
    return tuple(dict.fromkeys(image for image in images if image))


def images_to_pin(prepared: Prepared) -> tuple[str, ...]:
    """Those that name no digest themselves."""
    return tuple(image for image in images_of(prepared) if "@" not in image)


def flown(snapshot: Snapshot, fleet: str) -> Pins:
    """The digests that a fleet flies with, by the familiar form of its images."""
    return {
        familiar(asked_for(service)): digest(service.image)
        for service in snapshot.fleets.get(fleet, ())
        if digest(service.image)
    }


def for_launch(prepared: Prepared, launch_id: LaunchId, pins: Pins) -> Prepared:
    """What a launch sends: images pinned where there is a digest, every service labelled."""

    def pinned(settings: Mapping[str, Any]) -> dict[str, Any]:
        image, deploy = str(settings.get("image", "")), settings.get("deploy") or {}
        labels = {**(deploy.get("labels") or {}), LAUNCH_LABEL: launch_id}
        made = {**settings, "deploy": {**deploy, "labels": labels}}
        if found := pins.get(image):
            labels[ASKED_LABEL] = image
            # As Docker itself writes it, so that a task that flies with it is not replaced.
            made["image"] = f"{familiar(image)}@{found}"
        return made

    return _with_each(prepared, pinned)


def jobs_left_alone(changes: Plan, sent: Prepared, snapshot: Snapshot) -> frozenset[str]:
    """The vessels that are jobs and stay as they are, their digests too: they do not run again."""
    images = {service.vessel: service.image for service in snapshot.fleets.get(sent.fleet, ())}
    return frozenset(
        change.vessel
        for change in changes.changes
        if change.is_job
        and change.kind is ChangeKind.UNCHANGED
        and digest(sent.data["services"][change.vessel]["image"]) == digest(images[change.vessel])
    )


def unreached(
    snapshot: Snapshot, fleet: str, prepared: Prepared, launch_id: LaunchId
) -> tuple[str, ...]:
    """The vessels of which Docker has not taken over what this launch sent."""
    taken = {
        service.vessel
        for service in snapshot.fleets.get(fleet, ())
        if service.labels.get(LAUNCH_LABEL) == launch_id
    }
    return tuple(vessel for vessel in prepared.data["services"] if vessel not in taken)


def _with_each(
    prepared: Prepared, change: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> Prepared:
    services = {vessel: change(of) for vessel, of in prepared.data["services"].items()}
    jobs = (replace(job, settings=change(job.settings)) for job in prepared.pre_deploy)
    return replace(prepared, data={**prepared.data, "services": services}, pre_deploy=tuple(jobs))
