"""The page that explains every score and every word."""
