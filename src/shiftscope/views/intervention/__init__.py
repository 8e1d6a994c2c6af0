"""The page of interventions."""
