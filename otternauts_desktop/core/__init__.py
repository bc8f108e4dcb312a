"""Values and rules: same input, same output. No Qt, no I/O, no clock, no randomness."""
