"""Journeys through the window run on the window's own loop."""

from tests.ui.conftest import dressed, pytest_pyfunc_call

__all__ = ["dressed", "pytest_pyfunc_call"]
