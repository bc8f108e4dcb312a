"""No value gets out of its place in a command: each builder's line is run by a real shell.

What the line calls is a stand-in that keeps its arguments byte for byte. Builders are found by
what they give back, so a new one is covered by being there.
"""

import inspect
import json
import os
import subprocess
import tempfile
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, get_type_hints

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from otternauts_desktop.core.errors import BadName
from otternauts_desktop.core.flight import commands, crossing, preflight
from otternauts_desktop.core.flight.commands import Command
from otternauts_desktop.core.names import fleet_name
from otternauts_desktop.core.secret import Secret

MARK: Final = "broken-out"
HOSTILE: Final = (
    f"$(touch {MARK})",
    f"`touch {MARK}`",
    f"; touch {MARK};",
    f"&& touch {MARK} &",
    f"| touch {MARK}",
    f"\ntouch {MARK}\n",
    f"'; touch {MARK}; '",
    f'"; touch {MARK}; "',
    f"' $(touch {MARK}) '",
    f"\\'; touch {MARK}; #",
    f"> {MARK}",
    "--help",
    "-",
    "",
    "a b  c",
    "${HOME} $0 $@ *",
    "~root",
    "!!",
    "é😀\t\r\x1b[0m",
)
WORDS = st.lists(
    st.sampled_from(HOSTILE) | st.text(st.characters(exclude_characters="\0", codec="utf-8")),
    min_size=1,
    max_size=3,
).map("".join)
VALUES: Final[dict[Any, st.SearchStrategy[Any]]] = {
    str: WORDS,
    bytes: WORDS.map(str.encode),
    bool: st.booleans(),
    int: st.integers(1, 65535),
    Sequence[str]: st.lists(WORDS, max_size=3),
    commands.ResolveImage: st.sampled_from(("always", "changed", "never")),
    commands.Logins | None: st.none()
    | st.builds(
        commands.Logins,
        st.builds(lambda text: Secret(json.dumps(text)), WORDS),
        st.builds(lambda: uuid.uuid4().hex),
    ),
}
_STAND_IN: Final = """\
#!/bin/sh
call=$(mktemp "$CALLS/XXXXXX")
printf '%s\\0' "${0##*/}" "$@" >"$call"
cat >"$call.stdin"
"""
_SUDO: Final = '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n'


def _builders() -> list[Callable[..., Command]]:
    return [
        function
        for module in (commands, crossing, preflight)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
        if get_type_hints(function).get("return") is Command
    ]


@pytest.fixture(scope="module")
def stand_ins(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stand-ins")
    for name in ("docker", "bash", "awk", "date", "curl", "wget", "ssh-keygen", "sudo"):
        file = folder / name
        file.write_text(_SUDO if name == "sudo" else _STAND_IN)
        file.chmod(0o755)
    return folder


def _called(command: Command, stand_ins: Path) -> list[tuple[list[str], bytes]]:
    """Run a command's line as an outpost's shell does; gives each call with what it read."""
    with tempfile.TemporaryDirectory() as folder:
        calls, home = Path(folder, "calls"), Path(folder, "home")
        calls.mkdir()
        home.mkdir()
        subprocess.run(
            ["/bin/sh", "-c", command.line()],
            input=command.stdin,
            cwd=home,
            env={"PATH": f"{stand_ins}:{os.defpath}", "CALLS": str(calls), "HOME": str(home)},
            capture_output=True,
            timeout=20,
            check=False,
        )
        assert not list(home.rglob(f"*{MARK}*")), "something of a value was run"
        return [
            (file.read_bytes().decode().split("\0")[:-1], file.with_suffix(".stdin").read_bytes())
            for file in calls.iterdir()
            if not file.suffix
        ]


@pytest.mark.parametrize("build", _builders(), ids=lambda build: build.__name__)
def test_every_value_arrives_as_it_is(build: Callable[..., Command], stand_ins: Path) -> None:
    hints = {n: hint for n, hint in get_type_hints(build).items() if n != "return"}

    @settings(
        max_examples=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(st.fixed_dictionaries({name: VALUES[hint] for name, hint in hints.items()}))
    def holds(values: dict[str, Any]) -> None:
        command = build(**values)
        calls = _called(command, stand_ins)
        programs = [words[0] for words, _ in calls]
        if "docker" in command.argv:
            wanted = list(command.argv[command.argv.index("docker") :])
            assert [words for words, _ in calls] == [wanted]
            assert calls[0][1] == values.get("body", b"")
        elif command.argv[0] != "sh":
            assert [words for words, _ in calls] == [list(command.argv)]
        else:  # scripts of our own, without any value in them
            assert "docker" not in programs or build is preflight.ask_facts

    holds()


def test_all_builders_are_tried() -> None:
    names = {build.__name__ for build in _builders()}
    assert {"stack_deploy", "replace_in_container", "node_update", "ask_tcp"} <= names


@pytest.mark.parametrize("address", [h for h in HOSTILE if h.strip()])
def test_an_address_is_only_knocked_at(address: str, stand_ins: Path, tmp_path: Path) -> None:
    for command in (crossing.ask_tcp(address, 1), crossing.send_udp(address, 1, 8)):
        # With the real bash: the script itself must not run it, either.
        subprocess.run(
            ["/bin/sh", "-c", command.line()],
            cwd=tmp_path,
            env={"PATH": os.defpath},
            capture_output=True,
            timeout=20,
            check=False,
        )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [*HOSTILE, "-x", "../x", "a\nb"])
def test_no_fleet_has_a_name_that_means_something_to_docker_or_a_shell(name: str) -> None:
    with pytest.raises(BadName):
        fleet_name(name)


def test_logins_lie_in_memory_while_docker_runs_and_no_longer(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text('#!/bin/sh\nstat -c %a "$2" "$2/config.json"; cat "$2/config.json"; exit 7\n')
    docker.chmod(0o755)
    logins = commands.Logins(Secret('{"auths":{"a":"b"}}'), uuid.uuid4().hex)
    command = commands.stack_deploy("shop", b"services: {}\n", sudo=False, logins=logins)
    done = subprocess.run(
        ["/bin/sh", "-c", command.line()],
        input=command.stdin,
        env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert done.stdout.decode().split() == ["700", "600", logins.config.reveal()]
    assert (done.returncode, done.stderr) == (7, b"")
    assert not Path(f"/dev/shm/otternauts-{logins.token}").exists()
    half = subprocess.run(
        ["/bin/sh", "-c", command.line()],
        input=command.stdin[:-3],
        env={"PATH": f"{tmp_path}:{os.defpath}"},
        capture_output=True,
        timeout=20,
        check=False,
    )
    assert half.returncode == commands.INCOMPLETE
    assert not Path(f"/dev/shm/otternauts-{logins.token}").exists()
