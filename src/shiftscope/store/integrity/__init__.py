"""Whether a study is what was written, and what makes it so again."""
