"""Dialogs: each asks one thing, says what will happen, and never blocks."""
