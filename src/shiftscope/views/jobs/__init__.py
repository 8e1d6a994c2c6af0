"""The page of what was asked of the model at hand."""
