"""What the user wants: a fleet, read from a Compose file."""
