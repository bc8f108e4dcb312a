"""Relative paths of a file in another folder, rewritten as seen from the flight plan's folder."""

from collections.abc import Callable
from typing import Any

from otternauts_desktop.core.fleet.beside import moved
from otternauts_desktop.core.fleet.compose import Map, Seq
from otternauts_desktop.core.fleet.interpolation import Open


def moved_model(model: Any, folder: str) -> Any:
    """The whole model of a file that lies in `folder`."""
    if not isinstance(model, Map) or folder in ("", "."):
        return model

    def path(value: Any) -> Any:
        return (
            moved(folder, value)
            if isinstance(value, str) and value and not isinstance(value, Open)
            else value
        )

    def each(value: Any) -> Any:
        if isinstance(value, Seq):
            return Seq([each(item) for item in value], value.places)
        if isinstance(value, Map):
            return _at(value, {"path": each, "project_directory": path, "env_file": each})
        return path(value)

    def volume(value: Any) -> Any:
        if isinstance(value, Map):
            return _at(value, {"source": path}) if value.get("type") == "bind" else value
        if isinstance(value, str) and value.startswith(".") and ":" in value:
            source, _, rest = value.partition(":")
            return f"{path(source)}:{rest}"
        return value

    def service(value: Any) -> Any:
        return _at(
            value,
            {
                "env_file": each,
                "extends": lambda extends: _at(extends, {"file": path}),
                "volumes": lambda volumes: _items(volumes, volume),
            },
        )

    def in_files(value: Any) -> Any:
        return _values(value, lambda settings: _at(settings, {"file": path}))

    return _at(
        model,
        {
            "services": lambda services: _values(services, service),
            "configs": in_files,
            "secrets": in_files,
            "include": each,
        },
    )


def _at(value: Any, changes: dict[str, Callable[[Any], Any]]) -> Any:
    if not isinstance(value, Map):
        return value
    return Map({k: changes[k](v) if k in changes else v for k, v in value.items()}, value.places)


def _values(value: Any, change: Callable[[Any], Any]) -> Any:
    if not isinstance(value, Map):
        return value
    return Map({key: change(item) for key, item in value.items()}, value.places)


def _items(value: Any, change: Callable[[Any], Any]) -> Any:
    return Seq([change(item) for item in value], value.places) if isinstance(value, Seq) else value
