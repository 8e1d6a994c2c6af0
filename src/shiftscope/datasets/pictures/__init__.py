"""Pictures read, prepared for the model, and drawn small."""
