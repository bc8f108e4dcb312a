"""A shell is opened in the person's own terminal; without one the command can be copied."""

import sys
from pathlib import Path

import pytest

from otternauts_desktop.ui import terminal_program
from otternauts_desktop.ui.dialogs.shell import ShellDialog
from otternauts_desktop.ui.places import outpost_place, service_place
from tests.ui.seated import dialog, seated, shown

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its terminal is a script")


async def test_the_shell_of_what_is_in_view_opens_in_the_persons_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said, terminal = tmp_path / "said", tmp_path / "my terminal"
    terminal.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "{said}.part"\nmv "{said}.part" "{said}"\n'
    )
    terminal.chmod(0o700)
    monkeypatch.setenv("TERMINAL", str(terminal))
    monkeypatch.setenv("TERM_PROGRAM", "")
    async with seated(tmp_path / "home") as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        snapshot = await control.telemetry.refresh(cluster.id)
        web = next(s for s in snapshot.services if s.name == "shop_web")
        desk.go(service_place(cluster.id, web.id))
        window.actions_.run("fleet.shell")
        shell = await dialog(ShellDialog)
        assert shell.target.currentText() == "shop/web"
        await shown(shell.primary.isEnabled)
        shell.primary.click()
        await shown(said.exists)
        words = said.read_text().splitlines()
        assert words[:2] == ["-e", "ssh"]
        assert "docker exec -it " in words[-1]


async def test_where_there_is_no_terminal_the_command_stays_to_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(terminal_program, "terminal_commands", lambda *_: (("no-such-program",),))
    async with seated(tmp_path) as (window, desk, control):
        await desk.simulate()
        cluster = control.outposts.clusters()[0]
        snapshot = await control.telemetry.refresh(cluster.id)
        vega = next(node for node in snapshot.nodes if node.name == "vega-1")
        desk.go(outpost_place(cluster.id, vega.id))
        window.actions_.run("outpost.shell")
        shell = await dialog(ShellDialog)
        await shown(shell.primary.isEnabled)
        line = shell.command.words.text()
        assert line.startswith("ssh ")
        assert line.endswith(" -t otter@127.0.0.1")
        shell.primary.click()
        assert shell.none.isVisible()
        shell.cancel.click()
