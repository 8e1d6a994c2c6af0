"""Other tools' files: what a study is made from and what it becomes."""
