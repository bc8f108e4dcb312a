"""Remote commands: compared as values, and run through a real shell."""

import os
import shlex
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from otternauts_desktop.core.flight.commands import (
    INCOMPLETE,
    dial_stdio,
    meaningful_output,
    node_update,
    service_remove,
    ssh_line,
    stack_deploy,
    stack_remove,
)
from otternauts_desktop.core.swarm.cluster import Jump, Login

NASTY = ["a b", "$(id)", "`id`", "';id;'", "-x", "a\nb", "ö", '"', "*", "\\"]


def test_commands_as_a_person_would_type_them() -> None:
    assert dial_stdio(sudo=False).line() == "docker system dial-stdio"
    assert dial_stdio(sudo=True).line() == "sudo -n docker system dial-stdio"
    assert service_remove(["a_b", "a_c"], sudo=False).line() == "docker service rm a_b a_c"
    assert stack_remove("a", sudo=True).line() == "sudo -n docker stack rm a"


def fake_docker(folder: Path) -> dict[str, str]:
    """A `docker` that notes its arguments and its stdin."""
    script = folder / "docker"
    script.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$OUT/argv"\ncat >"$OUT/stdin"\nexit 7\n')
    script.chmod(0o755)
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "OUT": str(folder)}


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_the_body_arrives_byte_for_byte(tmp_path: Path, shell: str) -> None:
    body = '{"a": "$$ \' \\" \\\\ ö %s %d"}\n\n'.encode()
    command = stack_deploy("shop", body, sudo=False, resolve_image="never")
    done = subprocess.run(
        [shell, "-c", command.line()], input=command.stdin, env=fake_docker(tmp_path), check=False
    )
    assert done.returncode == 7
    assert (tmp_path / "stdin").read_bytes() == body
    words = (tmp_path / "argv").read_text().split()
    assert words == ["stack", "deploy", "--resolve-image", "never", "-c", "-", "shop"]


def test_half_a_body_does_nothing(tmp_path: Path) -> None:
    body = b'{"services": {}}' * 100
    command = stack_deploy("shop", body, sudo=False)
    for cut in (0, 1, 700, len(body) - 1):
        done = subprocess.run(
            ["sh", "-c", command.line()],
            input=body[:cut],
            env=fake_docker(tmp_path),
            capture_output=True,
            check=False,
        )
        assert done.returncode == INCOMPLETE
        assert b"did not arrive whole" in done.stderr
        assert not (tmp_path / "argv").exists()


def test_the_body_is_in_no_argument() -> None:
    command = stack_deploy("shop", b"c4nary", sudo=False)
    assert "c4nary" not in command.line()
    assert "c4nary" not in repr(command)


@pytest.mark.parametrize("name", NASTY)
def test_no_name_breaks_out_of_the_shell(tmp_path: Path, name: str) -> None:
    env = fake_docker(tmp_path)
    subprocess.run(["sh", "-c", service_remove([name], sudo=False).line()], env=env, check=False)
    assert (tmp_path / "argv").read_text() == f"service\nrm\n{name}\n"


def test_advice_about_detach_is_left_out() -> None:
    said = (
        "Since --detach=false was not specified, tasks will be created in the background.\n"
        "In a future release, --detach=false will become the default.\n"
        "Creating service shop_web\n"
    )
    assert meaningful_output(said) == "Creating service shop_web"


def test_a_line_of_the_log_is_one_for_a_terminal() -> None:
    far = Login("10.0.0.5", "ops", 2222, "/home/ada/a key")
    near = Login("jump.example", "deploy")
    through = replace(far, key_file=None, jump=Jump(near))
    node = node_update("n1", ["--label-add", "a=b c"], sudo=False).line()
    line = ssh_line(far, node, sudo=False)
    assert line.startswith("ssh -p 2222 -i '/home/ada/a key' ops@10.0.0.5 ")
    assert shlex.split(line)[-1] == node
    assert ssh_line(through, "true", sudo=False) == (
        "ssh -p 2222 -J deploy@jump.example:22 ops@10.0.0.5 true"
    )
    call = shlex.split(ssh_line(near, 'GET /v1.45/tasks?filters={"a":["b"]}', sudo=True))
    assert shlex.split(call[-1]) == [
        *("sudo", "-n", "curl", "-gsX", "GET", "--unix-socket", "/var/run/docker.sock"),
        'http://docker/v1.45/tasks?filters={"a":["b"]}',
    ]
