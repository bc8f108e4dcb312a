"""Transmissions as values: log lines, their parsing, merging and bounded keeping."""
