"""Words at the lower right: an answer comes at once, what nobody asked for waits its turn."""

from PySide6.QtWidgets import QApplication, QWidget

from otternauts_desktop.ui.status_marks import WARNING
from otternauts_desktop.ui.toast import MOST_WAITING, Toast


def test_what_nobody_asked_for_does_not_take_the_way_back_away(qtbot: object) -> None:
    window = QWidget()
    window.resize(800, 600)
    window.show()
    toast = Toast(window)
    undone: list[str] = []
    toast.say("The fleet is forgotten.", undo=lambda: undone.append("fleet"))
    for number in range(MOST_WAITING + 2):
        toast.say_next(f"alert {number}", WARNING)
    assert toast.text.text() == "The fleet is forgotten."
    toast.undo_button.click()
    assert undone == ["fleet"]
    seen = []
    for _ in range(MOST_WAITING):
        QApplication.processEvents()
        assert toast.isVisible()
        seen.append(toast.text.text())
        toast.hide()
    assert seen == ["alert 2", "alert 3", "alert 4"]
    QApplication.processEvents()
    assert not toast.isVisible()
    toast.say_next("alert 5", WARNING)
    assert toast.text.text() == "alert 5"
    toast.say("The launch has ended.")
    assert toast.text.text() == "The launch has ended."
    window.close()
