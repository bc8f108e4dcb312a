"""What outposts, services and tasks use: from the counters of a server to a chart."""
