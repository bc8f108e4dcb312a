"""Otternauts Desktop: mission control for Docker Swarm, over nothing but SSH."""

__version__ = "0.1.0"
