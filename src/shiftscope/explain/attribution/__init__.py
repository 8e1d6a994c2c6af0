"""Where, and at which scale, an input drives a number: one method a file."""
