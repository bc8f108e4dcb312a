"""Getting from what is to what is wanted: diff, plan, commands, progress and verdict."""
