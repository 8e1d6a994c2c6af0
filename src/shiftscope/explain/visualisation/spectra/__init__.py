"""What the shift did to the spectra of the images."""
