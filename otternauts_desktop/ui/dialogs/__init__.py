"""Questions to the person, opened without blocking the event loop."""
