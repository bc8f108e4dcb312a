"""The first screen: what this is, and three ways to start."""

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QWidget

from otternauts_desktop.core.words import tr, trn
from otternauts_desktop.ui.actions import key_names
from otternauts_desktop.ui.buttons import paint_cap
from otternauts_desktop.ui.frames import Surface, column, row
from otternauts_desktop.ui.labels import MEDIUM, SEMIBOLD, IconLabel, Label, OttoLabel
from otternauts_desktop.ui.theme import theme


class StartButton(QPushButton):
    """A large choice: icon, title, a line about it, and its keys."""

    def __init__(
        self, icon: str, title: str, line: str, keys: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._icon, self._title, self._line = icon, title, line
        self._keys = key_names(keys)
        self._primary = False
        self.setAccessibleName(title)
        self.setAccessibleDescription(line)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAutoDefault(True)

    def make_primary(self) -> None:
        """The one that most people want."""
        self._primary = True
        self.setProperty("kind", "primary")
        self.setDefault(True)

    def set_line(self, line: str) -> None:
        """Change the line under the title."""
        self._line = line
        self.setAccessibleDescription(line)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(520, theme().px(56))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        self.style().drawControl(QStyle.ControlElement.CE_PushButton, option, painter, self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() // 2
        tone = "onaccent" if self._primary else "accent"
        painter.drawPixmap(20, middle - 10, t.pixmap(self._icon, 20, tone))
        painter.setPen(t.color("onaccent" if self._primary else "fg1"))
        painter.setFont(t.ui_font(13, SEMIBOLD))
        room = self.width() - 52 - 120
        painter.drawText(
            QRect(52, middle - t.px(20), room, t.px(20)), Qt.AlignmentFlag.AlignVCenter, self._title
        )
        painter.setPen(t.color("onaccent" if self._primary else "fg2"))
        painter.setFont(t.ui_font(12))
        painter.drawText(
            QRect(52, middle, room, t.px(18)), Qt.AlignmentFlag.AlignVCenter, self._line
        )
        painter.setFont(t.ui_font(11, MEDIUM))
        x = self.width() - 16
        for key in reversed(self._keys.split("+")):
            width = painter.fontMetrics().horizontalAdvance(key) + 12
            x -= width
            cap = QRect(x, middle - t.px(18) // 2, width, t.px(18))
            paint_cap(painter, cap, key, on_accent=self._primary)
            x -= 4


class WelcomePage(Surface):
    """Shown while there is no cluster, and from the menu."""

    add_outpost_requested = Signal()
    simulator_requested = Signal()
    import_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("page", parent)
        title = Label(tr("Ready for your first mission?"), size=22, weight=SEMIBOLD)
        words = Label(
            tr(
                "Mission control for Docker Swarm. Add a server that you can reach over SSH "
                "and that manages a swarm; its fleets appear at once."
            ),
            tone="fg2",
            wrap=True,
        )
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        words.setFixedWidth(440)
        around = row()  # without an alignment, which would take the height of two lines alone
        around.addStretch(1)
        around.addWidget(words)
        around.addStretch(1)
        self.add_button = StartButton(
            "plus", tr("Add your first outpost"), tr("A swarm manager with SSH access."), "Ctrl+N"
        )
        self.add_button.make_primary()
        self.simulator_button = StartButton(
            "sim",
            tr("Try the flight simulator"),
            tr("A practice cluster to explore. Nothing leaves this computer."),
            "Ctrl+Shift+N",
        )
        self.import_button = StartButton(
            "import", tr("Import from SSH config"), tr("You choose which hosts to add."), "Ctrl+I"
        )
        self.add_button.clicked.connect(self.add_outpost_requested)
        self.simulator_button.clicked.connect(self.simulator_requested)
        self.import_button.clicked.connect(self.import_requested)
        choices = column(spacing=8)
        for button in (self.add_button, self.simulator_button, self.import_button):
            choices.addWidget(button)
        promises = row(spacing=6)
        promises.addStretch(1)
        for icon, text in (
            ("key", tr("Keys stay where they are")),
            ("term", tr("Every command is in the Command log")),
            ("shield", tr("No account, no telemetry")),
        ):
            promises.addWidget(IconLabel(icon, size=14, tone="fg3"))
            promises.addWidget(Label(text, size=12, tone="fg2"))
            promises.addSpacing(14)
        promises.addStretch(1)
        middle = column(spacing=0)
        middle.addStretch(2)
        middle.addWidget(OttoLabel("wave", 250), alignment=Qt.AlignmentFlag.AlignHCenter)
        middle.addSpacing(4)
        middle.addWidget(title, alignment=Qt.AlignmentFlag.AlignHCenter)
        middle.addSpacing(8)
        middle.addLayout(around)
        middle.addSpacing(20)
        middle.addLayout(choices)
        middle.addSpacing(20)
        middle.addLayout(promises)
        middle.addStretch(3)
        outer = row(self, margins=(24, 0, 24, 0))
        outer.addStretch(1)
        outer.addLayout(middle)
        outer.addStretch(1)

    def show_hosts(self, count: int) -> None:
        """Say how many hosts the SSH configuration has."""
        found = trn(
            "{number} host found in ~/.ssh/config. You choose which to add.",
            "{number} hosts found in ~/.ssh/config. You choose which to add.",
            count,
        )
        self.import_button.set_line(found)
