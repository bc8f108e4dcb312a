"""A real Docker Swarm on this one machine: each node with its own sshd and its own dockerd."""
