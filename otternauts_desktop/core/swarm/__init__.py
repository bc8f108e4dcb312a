"""What is there: our records of clusters and outposts, and snapshots of the live swarm."""
