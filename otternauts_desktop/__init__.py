"""Otternauts Desktop: mission control for Docker Swarm, over nothing but SSH."""

__version__ = "0.1.0"
"""The only place that says it: packages, About and the command line read it here."""
