"""Widgets and Qt models.

WORKAROUND: once PySide6 is imported it reads the source of every module imported after it, to
see whether that one uses `from __feature__ import snake_case` (shibokensupport, feature.py). We
never do; it would cost 24 MB of kept source lines and a good part of the start.
"""

import sys
from typing import Any

import PySide6.QtCore  # noqa: F401 - so that the hook is there


def _uses_no_feature(module: Any) -> bool:
    return False


_feature = sys.modules.get("shibokensupport.feature")
if hasattr(_feature, "_mod_uses_pyside"):
    setattr(_feature, "_mod_uses_pyside", _uses_no_feature)  # noqa: B010 - a module's private name
