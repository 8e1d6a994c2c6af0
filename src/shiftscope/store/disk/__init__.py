"""Files that are whole or not there, locks, places that nothing leads out of, object stores."""
