"""`docker stack deploy`, `docker stack rm` and `docker service rm`, with Docker's own texts.

The body of a deploy is read as JSON. That is YAML 1.2 as well, and the canonical form in which
this project sends it; a YAML reader of its own would let a second parser of flight plans into
the program. Anything else is answered as Docker answers what is no mapping.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from otternauts_desktop.simulator.compose_specs import IMAGE_LABEL, Unacceptable, service_spec
from otternauts_desktop.simulator.private_registry import private
from otternauts_desktop.simulator.process import missing_image
from otternauts_desktop.simulator.records import STACK_LABEL, Json, Service, SwarmFile
from otternauts_desktop.simulator.swarm import Refused, Swarm

TOP_KEYS: Final = frozenset(
    ["version", "name", "services", "networks", "volumes", "secrets", "configs"]
)
_UNRESOLVED: Final = (
    "image {0} could not be accessed on a registry to record\n"
    "its digest. Each node will access {0} independently,\n"
    "possibly leading to different nodes running different\n"
    "versions of the image.\n\n"
)


@dataclass(frozen=True, slots=True)
class Output:
    """How a command ended."""

    status: int
    stdout: str = ""
    stderr: str = ""


def deploy(swarm: Swarm, stack: str, body: bytes, *, resolve: bool, reads: bool = False) -> Output:
    """Create and update what the body asks for, never removing anything.

    `reads`: with a login that the private registry takes.

    Not atomic, like the real one: it stops at the first refusal and leaves what is done.
    """
    said: list[str] = []
    warnings: list[str] = []
    try:
        compose = _read(body)
        networks = _networks(swarm, stack, compose, said)
        files = _files(swarm, compose)
        for vessel, service in compose["services"].items():
            spec = service_spec(stack, vessel, service, networks, compose.get("volumes") or {})
            _mount_files(vessel, spec, service, files)
            if resolve:
                warnings += _pin(spec, reads=reads)
            _apply(swarm, spec, said)
            if reads:
                swarm.private_readers.add(spec["Name"])
    except (Unacceptable, Refused) as error:
        return Output(1, _lines(said), _lines([*warnings, str(error)]))
    return Output(0, _lines(said), "".join(warnings))


def remove_stack(swarm: Swarm, stack: str) -> Output:
    """Remove a stack's services and networks."""
    services, networks = swarm.stack_services(stack), swarm.stack_networks(stack)
    files = [file for file in swarm.files.values() if file.stack == stack]
    if not services and not networks and not files:
        return Output(0, "", f"Nothing found in stack: {stack}\n")
    said = []
    for service in services:
        said.append(f"Removing service {service.name}")
        swarm.remove_service(service)
    for file in files:
        said.append(f"Removing {file.kind} {file.name}")
        swarm.remove_file(file)
    for network in networks:
        said.append(f"Removing network {network.name}")
        swarm.remove_network(network)
    return Output(0, "", _lines(said))


def remove_services(swarm: Swarm, names: Iterable[str]) -> Output:
    """Remove services by name; those that don't exist are complained about at the end."""
    said, errors = [], []
    for name in names:
        service = swarm.find_service(name)
        if service is None:
            errors.append(f"Error: No such service: {name}")
            continue
        swarm.remove_service(service)
        said.append(name)
    return Output(1 if errors else 0, _lines(said), _lines(errors))


def _lines(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _read(body: bytes) -> Json:
    """The Compose file, with `$$` turned back. Raises `Unacceptable`."""
    try:
        compose = json.loads(body)
    except ValueError:
        compose = None
    if not isinstance(compose, dict):
        raise Unacceptable("top-level object must be a mapping")
    for key in compose:
        if key not in TOP_KEYS and not key.startswith("x-"):
            raise Unacceptable(f"(root) Additional property {key} is not allowed")
    services = compose.get("services") or {}
    if not isinstance(services, dict) or not all(isinstance(s, dict) for s in services.values()):
        raise Unacceptable("services must be a mapping")
    return {**_unescaped(compose, ""), "services": _unescaped(services, "services")}


def _unescaped(value: Any, path: str) -> Any:
    """Docker interpolates what it is sent once more: only `$$` may be left to that."""
    if isinstance(value, dict):
        inner = f"{path}." if path else ""
        return {key: _unescaped(item, f"{inner}{key}") for key, item in value.items()}
    if isinstance(value, list):
        return [_unescaped(item, f"{path}.[]") for item in value]
    if isinstance(value, str) and "$" in value:
        if re.search(r"(?<!\$)(?:\$\$)*\$(?!\$)", value):
            raise Unacceptable(
                f'invalid interpolation format for {path}: "{value}"; you may need to escape any '
                "$ with another $"
            )
        return value.replace("$$", "$")
    return value


def _networks(swarm: Swarm, stack: str, compose: Json, said: list[str]) -> dict[str, str]:
    """The networks in use, made where they are missing: name in the file -> id."""
    declared: Json = dict(compose.get("networks") or {})
    used: dict[str, None] = {}
    for service in compose["services"].values():
        used |= dict.fromkeys(service.get("networks") or ["default"])
    ids = {}
    for name in used:
        if name not in declared and name != "default":
            continue  # refused with the service that asks for it
        options = declared.get(name) or {}
        full = options.get("name") or (name if options.get("external") else f"{stack}_{name}")
        network = swarm.network_named(full)
        if network is None:
            if options.get("external"):
                raise Unacceptable(
                    f'network "{full}" is declared as external, but could not be found. You need '
                    "to create a swarm-scoped network before the stack is deployed"
                )
            if options.get("driver") not in (None, "", "overlay"):
                raise Unacceptable(
                    f"failed to create network {full}: Error response from daemon: "
                    f'plugin "{options["driver"]}" not found'
                )
            said.append(f"Creating network {full}")
            network = swarm.create_network(
                full, {STACK_LABEL: stack}, attachable=bool(options.get("attachable"))
            )
        ids[name] = network.id
    return ids


def _files(swarm: Swarm, compose: Json) -> dict[tuple[str, str], SwarmFile]:
    """The configs and secrets that are named, by section and name in the file.

    The practice cluster's servers hold no files of their own. Raises `Unacceptable`.
    """
    found = {}
    for section in ("secrets", "configs"):
        for name, options in (compose.get(section) or {}).items():
            if (options or {}).get("file"):
                raise Unacceptable(f"open {options['file']}: no such file or directory")
            full = (options or {}).get("name") or name
            file = swarm.file_named(section[:-1], full)
            if file is not None:
                found[section, name] = file
    return found


def _mount_files(
    vessel: str, spec: Json, service: Json, files: dict[tuple[str, str], SwarmFile]
) -> None:
    """Put the configs and secrets of a service into its spec, sorted as the CLI sorts them."""
    for section in ("secrets", "configs"):
        kind = section[:-1].capitalize()
        references = []
        for given in service.get(section) or ():
            entry = {"source": given} if isinstance(given, str) else given
            file = files.get((section, entry["source"]))
            if file is None:
                raise Unacceptable(f"service {vessel}: {kind.lower()} not found: {entry['source']}")
            mode = entry.get("mode")
            references.append(
                {
                    "File": {
                        "Name": entry.get("target") or entry["source"],
                        "UID": str(entry.get("uid") or "0"),
                        "GID": str(entry.get("gid") or "0"),
                        "Mode": 0o444 if mode is None else int(mode),
                    },
                    f"{kind}ID": file.id,
                    f"{kind}Name": file.name,
                }
            )
        if references:
            references.sort(key=lambda reference: str(reference[f"{kind}Name"]))
            spec["TaskTemplate"]["ContainerSpec"][section.capitalize()] = references


def pinned(image: str) -> str:
    """An image with its tag and its digest."""
    tagged = image if ":" in image.rpartition("/")[2] else f"{image}:latest"
    return f"{tagged}@sha256:{hashlib.sha256(tagged.encode()).hexdigest()}"


def _pin(spec: Json, *, reads: bool) -> list[str]:
    """Record the image's digest in the spec; gives back Docker's warning where there is none."""
    container = spec["TaskTemplate"]["ContainerSpec"]
    image = container["Image"]
    if not image or "@" in image:
        return []
    if missing_image(image) or (private(image) and not reads):
        return [_UNRESOLVED.format(image)]
    container["Image"] = pinned(image)
    return []


def _apply(swarm: Swarm, spec: Json, said: list[str]) -> None:
    existing = swarm.service_named(spec["Name"])
    try:
        if existing is None:
            said.append(f"Creating service {spec['Name']}")
            swarm.create_service(spec)
        else:
            said.append(f"Updating service {spec['Name']} (id: {existing.id})")
            _keep(existing, spec)
            swarm.update_service(existing, spec)
    except Refused as error:
        verb = "create" if existing is None else "update"
        raise Refused(
            f"failed to {verb} service {spec['Name']}: Error response from daemon: {error}"
        ) from error


def _keep(existing: Service, spec: Json) -> None:
    """What an update takes over: the force counter, and the digest of an unchanged image."""
    spec["TaskTemplate"]["ForceUpdate"] = existing.template.get("ForceUpdate", 0)
    container, image = spec["TaskTemplate"]["ContainerSpec"], spec["Labels"][IMAGE_LABEL]
    same = existing.spec["Labels"].get(IMAGE_LABEL) == image
    if same and container["Image"] == image and not missing_image(image):
        container["Image"] = existing.template["ContainerSpec"]["Image"]
