"""The flight simulator: a swarm on the far side of a real SSH connection."""
