"""What is worth waking somebody for: from what is seen to alerts that are raised and cleared."""
