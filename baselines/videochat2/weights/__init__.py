"""Files of weights that others wrote: read without running anything in them, under our names."""
