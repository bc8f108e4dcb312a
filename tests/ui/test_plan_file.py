"""A flight plan that lives in a file: opened, saved, and changed by somebody else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from otternauts_desktop.ui.desk import Desk
from otternauts_desktop.ui.dialogs.new_fleet import NewFleet
from tests.ui.seated import dialog, seated, shown

PLAN = "services:\n  web:\n    image: nginx:1.27\n    env_file: web.env\n"


@asynccontextmanager
async def opened(home: Path, file: Path) -> AsyncIterator[Desk]:
    """The fleet `depot` in view, made of a file."""
    file.write_text(PLAN)
    async with seated(home / "home") as (window, desk, control):
        await control.practice()
        desk.show_clusters()
        window.file_dropped.emit(str(file))
        new = await dialog(NewFleet)
        new.name_field.setText("depot")
        new.confirm()
        await shown(lambda: desk.fleet_page.plan_tab.file_name == file.name)
        yield desk


async def test_a_file_is_opened_watched_and_saved(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    folder.mkdir()
    file = folder / "compose.yml"
    file.write_text(PLAN)
    (folder / "web.env").write_text("GREETING=hello\n")
    async with seated(tmp_path / "home") as (window, desk, control):
        await control.practice()
        desk.show_clusters()
        window.file_dropped.emit(str(file))
        new = await dialog(NewFleet)
        assert new.name == "shop"
        new.name_field.setText("depot")
        new.confirm()
        plan = desk.fleet_page.plan_tab
        await shown(lambda: desk.fleet_page.fleet == "depot")
        assert plan.file_name == "compose.yml"
        plan.views.choose(2)
        # The file beside it is read from its folder; its values are masked.
        await shown(lambda: "GREETING:" in plan.rendered.text())

        file.write_text(PLAN.replace("1.27", "1.28"))
        bar = plan.file_bar
        await shown(lambda: bar.isVisible() and "compose.yml was changed" in bar.words.text())
        bar.compare_button.click()
        await shown(lambda: plan.comparing)
        plan.leave_compare()
        bar.reload_button.click()
        assert "nginx:1.28" in plan.text()
        assert not bar.isVisible()
        plan.editor.undo()
        assert plan.text() == PLAN
        plan.editor.redo()

        plan.editor.selectAll()
        plan.editor.insertPlainText(PLAN.replace("1.27", "1.29"))
        desk.fleets.plans.file.save()
        await shown(lambda: "nginx:1.29" in file.read_text())
        await shown(lambda: "compose.yml is saved" in window.toast.text.text())

        file.unlink()
        await shown(lambda: bar.isVisible() and "is gone" in bar.words.text())
        bar.save_button.click()
        await shown(lambda: file.exists() and "nginx:1.29" in file.read_text())


async def test_words_of_others_are_not_written_over_unseen(tmp_path: Path) -> None:
    file = tmp_path / "shop.yml"
    async with opened(tmp_path, file) as desk:
        plan, files = desk.fleet_page.plan_tab, desk.fleets.plans.file
        plan.editor.insertPlainText("# mine\n")
        file.write_text(PLAN + "# theirs\n")
        files.save()  # before the file was looked at, perhaps
        await shown(lambda: plan.file_bar.isVisible())
        assert "# theirs" in file.read_text()
        assert "# mine" in plan.text()
        plan.file_bar.keep_button.click()
        files.save()
        await shown(lambda: "# mine" in file.read_text())


async def test_a_file_that_is_saved_before_it_was_looked_at_is_not_written_over(
    tmp_path: Path,
) -> None:
    file = tmp_path / "shop.yml"
    async with opened(tmp_path, file) as desk:
        plan, files = desk.fleet_page.plan_tab, desk.fleets.plans.file
        file.write_text(PLAN + "# theirs\n")
        files.show(files._key)  # as on coming back to the fleet
        files.save()
        await shown(lambda: plan.file_bar.isVisible())
        assert "# theirs" in file.read_text()
