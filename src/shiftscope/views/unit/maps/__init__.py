"""Where in its images a unit looks, and at which scales: maps that the study keeps."""
