"""Sets of made pictures as files: written so that they can be made again, and made again and compared."""
