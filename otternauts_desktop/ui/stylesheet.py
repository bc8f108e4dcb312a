"""The one style sheet, made from the tokens. Fonts are set in code, so the text scale works.

Widgets choose a variant by a property: `kind` on buttons (primary, danger, ghost, link),
`surface` on frames (page, nav, panel, well, chrome, card), `tone` on labels (a colour token).
"""

from collections.abc import Mapping

from otternauts_desktop import assets
from otternauts_desktop.ui.tokens import DARK

_SURFACES = ("chrome", "nav", "page", "panel", "well", "raised")
_TONES = ("fg1", "fg2", "fg3", "accent", "ok", "warn", "bad", "idle", "onaccent", "disabled", "key")


def style_sheet(t: Mapping[str, str], scale: float) -> str:
    """The style sheet for the tokens `t` at a text `scale` of 0.9 to 1.5."""

    def px(size: float) -> str:
        return f"{round(size * scale)}px"

    # The style sheet can't tint a picture, so these few come in both colours.
    shade = "dark" if t is DARK else "light"
    art = assets.path("art").as_posix()
    surfaces = "\n".join(
        f'QFrame[surface="{name}"] {{ background: {t[name]}; border: none; }}' for name in _SURFACES
    )
    tones = "\n".join(f'QLabel[tone="{name}"] {{ color: {t[name]}; }}' for name in _TONES)
    return f"""
QMainWindow, QDialog {{ background: {t["page"]}; }}
QLabel {{ background: transparent; }}
{surfaces}
{tones}
QFrame[surface="card"] {{
  background: {t["panel"]}; border: 1px solid {t["line"]}; border-radius: 8px; }}
QFrame[surface="notice-bad"] {{
  background: {t["badbg"]}; border: 1px solid {t["badln"]}; border-radius: 8px; }}
QFrame[surface="notice-warn"] {{
  background: {t["warnbg"]}; border: 1px solid {t["warnln"]}; border-radius: 8px; }}
QFrame[surface="notice-ok"] {{
  background: {t["okbg"]}; border: 1px solid {t["okln"]}; border-radius: 8px; }}
QFrame[surface="notice-row"] {{ background: {t["warnbg"]}; border: none; }}
QFrame[surface="tile"] {{
  background: {t["panel"]}; border: 1px solid {t["line"]}; border-radius: 6px; }}
QFrame[surface="step"] {{ background: {t["line"]}; border: none; }}
QFrame[surface="step-done"] {{ background: {t["okln"]}; border: none; }}
QPlainTextEdit[surface="well"] {{ background: {t["well"]}; border: 1px solid {t["line0"]};
  border-radius: 6px; }}
QPlainTextEdit[kind="field"] {{ background: {t["well"]}; border: 1px solid {t["control"]};
  border-radius: 6px; padding: 4px; }}
QPlainTextEdit[kind="field"]:focus {{ border: 2px solid {t["accent"]}; padding: 3px; }}
QFrame[rule="true"] {{ background: {t["line"]}; border: none; }}
QFrame[rule="soft"] {{ background: {t["line0"]}; border: none; }}

QMenuBar {{ background: {t["chrome"]}; color: {t["fg2"]}; padding: 2px 8px;
  border-bottom: 1px solid {t["line0"]}; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t["hover"]}; color: {t["fg1"]}; }}
QMenu {{ background: {t["panel"]}; color: {t["fg1"]}; border: 1px solid {t["line"]};
  padding: 4px; }}
QMenu::item {{ padding: 5px 28px 5px 24px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t["select"]}; color: {t["fg1"]}; }}
QMenu::item:disabled {{ color: {t["disabled"]}; }}
QMenu::separator {{ height: 1px; background: {t["line0"]}; margin: 4px 8px; }}
QMenu::icon {{ padding-left: 6px; }}
QToolTip {{ background: {t["raised"]}; color: {t["fg1"]}; border: 1px solid {t["line"]};
  padding: 4px 8px; }}

QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; color: {t["fg2"]}; border: none;
  border-bottom: 2px solid transparent; padding: 0 10px; min-height: {px(32)}; }}
QTabBar::tab:hover {{ color: {t["fg1"]}; }}
QTabBar::tab:selected {{ color: {t["fg1"]}; border-bottom: 2px solid {t["accent"]}; }}
QTabBar::tab:focus {{ color: {t["accent"]}; }}
QToolBar {{ background: {t["nav"]}; border: none; border-bottom: 1px solid {t["line"]};
  spacing: 4px; padding: 0 8px; }}
QToolButton {{ border: 1px solid transparent; border-radius: 6px; padding: 4px;
  background: transparent; color: {t["fg2"]}; }}
QToolButton:hover {{ background: {t["hover"]}; color: {t["fg1"]}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t["select"]}; color: {t["fg1"]}; }}
QToolButton:disabled {{ color: {t["disabled"]}; background: transparent; }}
QToolButton:focus {{ border: 1px solid {t["accent"]}; }}
QToolButton[kind="plain"]:checked {{ background: transparent; color: {t["accent"]}; }}
QToolButton[live="true"] {{ color: {t["accent"]}; }}
QToolButton[kind="crumb"] {{ padding: 3px 4px; }}
QToolButton[kind="segment"] {{ border: 1px solid {t["control"]}; border-radius: 0;
  padding: 2px 11px; color: {t["fg2"]}; background: {t["panel"]}; margin-left: -1px; }}
QToolButton[kind="segment"]:checked {{ background: {t["select"]}; color: {t["fg1"]}; }}
QToolButton[kind="segment"][place="first"] {{ border-top-left-radius: 6px;
  border-bottom-left-radius: 6px; margin-left: 0; }}
QToolButton[kind="segment"][place="last"] {{ border-top-right-radius: 6px;
  border-bottom-right-radius: 6px; }}
QToolButton[kind="segment"]:focus {{ border: 1px solid {t["accent"]}; color: {t["fg1"]}; }}
QToolButton::menu-indicator {{ image: none; }}

QPushButton {{ background: {t["panel"]}; color: {t["fg1"]}; border: 1px solid {t["control"]};
  border-radius: 6px; padding: 0 12px; min-height: {px(26)}; }}
QPushButton:hover {{ background: {t["hover"]}; }}
QPushButton:pressed {{ background: {t["select"]}; }}
QPushButton:focus {{ border: 2px solid {t["accent"]}; padding: 0 11px; min-height: {px(24)}; }}
QPushButton:disabled {{ color: {t["disabled"]}; border-color: {t["line"]};
  background: transparent; }}
QPushButton[kind="primary"] {{ background: {t["accent"]}; color: {t["onaccent"]};
  border: 1px solid {t["accent"]}; }}
QPushButton[kind="primary"]:hover {{ background: {t["accenth"]}; border-color: {t["accenth"]}; }}
QPushButton[kind="primary"]:pressed {{ background: {t["accentp"]}; border-color: {t["accentp"]}; }}
QPushButton[kind="primary"]:focus {{ border: 2px solid {t["fg1"]}; }}
QPushButton[kind="primary"]:disabled {{ background: {t["raised"]}; color: {t["disabled"]};
  border-color: {t["raised"]}; }}
QPushButton[kind="danger"] {{ color: {t["bad"]}; border-color: {t["bad"]}; }}
QPushButton[kind="danger"]:hover {{ background: {t["badbg"]}; }}
QPushButton[kind="danger"]:disabled {{ color: {t["disabled"]}; border-color: {t["line"]}; }}
QPushButton[kind="ghost"] {{ background: transparent; border-color: transparent;
  color: {t["fg2"]}; padding: 0 8px; }}
QPushButton[kind="ghost"]:hover {{ background: {t["hover"]}; color: {t["fg1"]}; }}
QPushButton[kind="ghost"]:focus {{ border: 2px solid {t["accent"]}; padding: 0 7px; }}
QPushButton[kind="link"] {{ background: transparent; border-color: transparent;
  color: {t["accent"]}; padding: 0 4px; min-height: {px(20)}; }}
QPushButton[kind="link"]:hover {{ color: {t["accenth"]}; text-decoration: underline; }}
QPushButton[kind="link"]:focus {{ border: 1px solid {t["accent"]}; }}
QPushButton[size="small"] {{ min-height: {px(22)}; padding: 0 9px; }}
QPushButton[size="small"]:focus {{ min-height: {px(20)}; padding: 0 8px; }}
QPushButton[size="large"] {{ min-height: {px(34)}; }}
QPushButton[size="large"]:focus {{ min-height: {px(32)}; }}

QLineEdit, QComboBox, QSpinBox {{ background: {t["well"]}; color: {t["fg1"]};
  border: 1px solid {t["control"]}; border-radius: 6px; padding: 0 8px;
  min-height: {px(26)}; selection-background-color: {t["select"]};
  selection-color: {t["fg1"]}; }}
QLineEdit:focus, QComboBox:focus, QSpinBox:focus {{ border: 2px solid {t["accent"]};
  padding: 0 7px; min-height: {px(24)}; }}
QLineEdit:disabled, QComboBox:disabled {{ color: {t["disabled"]}; border-color: {t["line"]}; }}
QLineEdit[state="bad"] {{ border: 1px solid {t["bad"]}; }}
QLineEdit[state="bad"]:focus {{ border: 2px solid {t["bad"]}; }}
QLineEdit[size="small"], QComboBox[size="small"] {{ min-height: {px(22)}; }}
QLineEdit[size="small"]:focus, QComboBox[size="small"]:focus {{ min-height: {px(20)}; }}
QLineEdit[kind="quiet"] {{ border-color: {t["line"]}; }}
QComboBox::drop-down {{ border: none; width: 20px; }}
QComboBox::down-arrow {{ image: url({art}/arrow-{shade}.svg); width: 12px; height: 12px; }}
QComboBox QAbstractItemView {{ background: {t["panel"]}; color: {t["fg1"]};
  border: 1px solid {t["line"]}; selection-background-color: {t["select"]};
  selection-color: {t["fg1"]}; outline: none; }}
QPlainTextEdit, QTextEdit {{ background: {t["page"]}; color: {t["fg1"]}; border: none;
  selection-background-color: {t["select"]}; selection-color: {t["fg1"]}; }}
QCheckBox, QRadioButton {{ color: {t["fg1"]}; spacing: 8px; }}
QCheckBox::indicator, QRadioButton::indicator {{ width: 14px; height: 14px;
  background: {t["well"]}; border: 1px solid {t["control"]}; border-radius: 4px; }}
QRadioButton::indicator {{ border-radius: 8px; }}
QCheckBox::indicator:checked {{ background: {t["accent"]}; border-color: {t["accent"]};
  image: url({art}/tick-{shade}.svg); }}
QRadioButton::indicator:checked {{ border: 5px solid {t["accent"]}; width: 6px; height: 6px; }}
QCheckBox:focus, QRadioButton:focus {{ color: {t["accent"]}; }}
QCheckBox::indicator:focus, QRadioButton::indicator:focus {{ border-color: {t["accent"]}; }}

QAbstractItemView {{ background: {t["page"]}; color: {t["fg1"]}; border: none; outline: none;
  selection-background-color: transparent; selection-color: {t["fg1"]};
  show-decoration-selected: 0; }}
QTreeView[surface="nav"] {{ background: {t["nav"]}; }}
QTreeView[surface="panel"], QTableView[surface="panel"] {{ background: {t["panel"]}; }}
QListWidget[surface="nav"] {{ background: {t["nav"]}; }}
QListWidget[surface="nav"]::item {{ padding: 0 8px; border-radius: 4px; }}
QListWidget[surface="nav"]::item:hover {{ background: {t["hover"]}; }}
QListWidget[surface="nav"]::item:selected {{ background: {t["select"]}; color: {t["fg1"]}; }}
QListWidget[surface="popup"] {{ background: {t["raised"]}; border: 1px solid {t["line"]}; }}
QTreeView::item {{ background: transparent; border: none; }}
QTreeView::branch {{ background: transparent; border-image: none; image: none; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ background: {t["page"]}; color: {t["fg3"]}; border: none;
  border-bottom: 1px solid {t["line0"]}; padding: 0 12px; min-height: {px(27)}; }}
QTreeView[surface="panel"] QHeaderView::section, QTableView[surface="panel"] QHeaderView::section,
QTableCornerButton::section {{ background: {t["panel"]}; border: none;
  border-bottom: 1px solid {t["line0"]}; }}
QTreeView[surface="nav"] QHeaderView::section {{ background: {t["nav"]}; }}

QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget[bare="true"] {{ background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t["line"]}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t["control"]}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QAbstractScrollArea::corner {{ background: transparent; border: none; }}

QSplitter::handle {{ background: {t["line"]}; }}
QSplitter::handle:hover {{ background: {t["accent"]}; }}
QStatusBar {{ background: {t["chrome"]}; border-top: 1px solid {t["line"]}; color: {t["fg2"]}; }}
QStatusBar::item {{ border: none; }}
QProgressBar {{ background: {t["raised"]}; border: none; border-radius: 3px; max-height: 6px; }}
QProgressBar::chunk {{ background: {t["accent"]}; border-radius: 3px; }}
"""
