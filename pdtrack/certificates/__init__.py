"""What was earned, and the paper that proves it."""
