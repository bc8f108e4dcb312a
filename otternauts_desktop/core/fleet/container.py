"""The keys of a service that are about its container alone."""

from typing import Any, Final

from otternauts_desktop.core.fleet import service_keys as keys
from otternauts_desktop.core.fleet.compose import Map, Path
from otternauts_desktop.core.fleet.deploying import unknown
from otternauts_desktop.core.fleet.interpolation import Open
from otternauts_desktop.core.fleet.scalars import boolean, split, text
from otternauts_desktop.core.fleet.vessel import Vessel
from otternauts_desktop.core.words import tr

_TEXTS: Final = ("hostname", "isolation", "stop_signal", "user", "working_dir")
_FLAGS: Final = ("init", "read_only", "stdin_open", "tty")
_LISTS: Final = ("cap_add", "cap_drop")


def lower_container(vessel: Vessel) -> None:
    """Write what needs no more than its right type."""
    settings, out = vessel.settings, vessel.out
    for key in _TEXTS:
        if settings.get(key) is None:
            continue
        if isinstance(settings[key], (dict, list)):
            words = tr("`{key}` has to be {kind}.", key=key, kind=tr("a text"))
            vessel.report.error(vessel.at(key), "wrong-type", words)
        elif text(settings[key]):
            out[key] = text(settings[key])
    for key in _FLAGS:
        flag = vessel.boolean(settings.get(key), vessel.at(key))
        if flag is not None:
            out[key] = flag
    for key in _LISTS:
        found = vessel.texts(settings.get(key), vessel.at(key))
        if found:
            out[key] = list(dict.fromkeys(found))
    for key in ("labels", "sysctls"):
        pairs = vessel.pairs(settings.get(key), vessel.at(key))
        if pairs:
            out[key] = {name: pairs[name] or "" for name in sorted(pairs)}
    period = vessel.duration(settings.get("stop_grace_period"), vessel.at("stop_grace_period"))
    if period is not None:
        out["stop_grace_period"] = period
    for key in ("command", "entrypoint"):
        _command(vessel, key)
    _health(vessel)
    _logging(vessel)
    _ulimits(vessel)
    _credentials(vessel)


def _command(vessel: Vessel, key: str) -> None:
    value, path = vessel.settings.get(key), vessel.at(key)
    if value is None or isinstance(value, Open):
        return
    if isinstance(value, list):
        words = [text(word) for word in value]
    else:
        words = split_words(vessel, path, text(value))
    if words:
        vessel.out[key] = words
    elif key in vessel.settings:
        vessel.report.warning(
            path,
            "no-effect",
            tr("Swarm takes an empty `{key}` for none: the image's own is used.", key=key),
        )


def split_words(vessel: Vessel, path: Path, line: str) -> list[str]:
    """A command line as words; what is wrong with it is said."""
    try:
        words, cut_at = split(line)
    except ValueError:
        said = tr("It can't be split into words: a quote or bracket has no partner.")
        vessel.report.error(path, "bad-value", said, tr("Write it as a list."))
        return []
    if cut_at:
        vessel.report.warning(
            path,
            "command-cut",
            tr(
                'Compose reads a command only up to the first "{char}": there is no shell.',
                char=cut_at,
            ),
            tr('Write it as a list: ["sh", "-c", "..."].'),
        )
    return words


def _health(vessel: Vessel) -> None:
    path = vessel.at("healthcheck")
    given = vessel.mapping(vessel.settings.get("healthcheck"), path)
    if not given:
        return
    unknown(vessel, path, given, keys.HEALTHCHECK)
    if vessel.boolean(given.get("disable"), (*path, "disable")):
        vessel.out["healthcheck"] = {"disable": True}
        return
    found: dict[str, Any] = {
        key: vessel.duration(given.get(key), (*path, key))
        for key in ("interval", "timeout", "start_period", "start_interval")
    }
    found["retries"] = vessel.integer(given.get("retries"), (*path, "retries"))
    test = given.get("test")
    if isinstance(test, list):
        found["test"] = [text(word) for word in test] or None
        if test and test[0] not in ("CMD", "CMD-SHELL", "NONE") and not isinstance(test[0], Open):
            words = tr("The list of a test starts with CMD, CMD-SHELL or NONE.")
            vessel.report.error((*path, "test"), "bad-value", words)
    elif test is not None:
        found["test"] = text(test)
    kept = {key: value for key, value in found.items() if value is not None}
    if kept:
        vessel.out["healthcheck"] = kept


def _logging(vessel: Vessel) -> None:
    path = vessel.at("logging")
    given = vessel.mapping(vessel.settings.get("logging"), path)
    if not given:
        return
    unknown(vessel, path, given, frozenset({"driver", "options"}))
    found: dict[str, Any] = {}
    if given.get("driver"):
        found["driver"] = text(given["driver"])
    options = vessel.mapping(given.get("options"), (*path, "options")) or Map()
    if options:
        found["options"] = {name: text(options[name]) for name in sorted(options)}
    if found:
        vessel.out["logging"] = found


def _ulimits(vessel: Vessel) -> None:
    path = vessel.at("ulimits")
    found: dict[str, Any] = {}
    for name, value in (vessel.mapping(vessel.settings.get("ulimits"), path) or Map()).items():
        where = (*path, name)
        if isinstance(value, Map):
            limits = {
                key: vessel.integer(value.get(key), (*where, key)) for key in ("soft", "hard")
            }
            if None in limits.values():
                words = tr("A limit has both `soft` and `hard`.")
                vessel.report.error(where, "bad-value", words)
                continue
            found[name] = limits
        else:
            limit = vessel.integer(value, where)
            if limit is not None:
                found[name] = limit
    if found:
        vessel.out["ulimits"] = found


def _credentials(vessel: Vessel) -> None:
    path = vessel.at("credential_spec")
    given = vessel.mapping(vessel.settings.get("credential_spec"), path)
    if given:
        vessel.out["credential_spec"] = {
            key: text(value)
            for key, value in given.items()
            if key in ("config", "file", "registry")
        }


def check_left_out(vessel: Vessel) -> None:
    """Say which keys are not sent, and what that means."""
    known = keys.TAKEN | keys.LOWERED | frozenset({"x-otternauts"})
    others = frozenset({*keys.HARMLESS, *keys.LOST, *keys.UNSAFE, *keys.IMPOSSIBLE})
    unknown(vessel, vessel.path, vessel.settings, known | others)
    for key, value in vessel.settings.items():
        path = vessel.at(key)
        if value is None or key.startswith("x-"):
            continue
        if key in keys.HARMLESS:
            vessel.report.note(
                path, "left-out", tr("`{key}` is left out.", key=key), tr(keys.HARMLESS[key])
            )
        elif key in keys.LOST:
            words = tr("`{key}` has no effect in Swarm.", key=key)
            vessel.report.warning(
                path, "no-effect", words, tr(keys.LOST[key]), *vessel.drop_fix(path)
            )
        elif key in keys.UNSAFE and value not in ([], {}, "") and boolean(value) is not False:
            words = tr("Swarm drops `{key}`: {why}.", key=key, why=tr(keys.UNSAFE[key]))
            vessel.unsafe(path, "unsafe-drop", words)
        elif key in keys.IMPOSSIBLE:
            words = tr("`{key}` can't be launched on a swarm.", key=key)
            vessel.report.error(path, "unsupported-key", words, tr(keys.IMPOSSIBLE[key]))
