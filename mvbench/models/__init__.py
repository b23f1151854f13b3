"""Models that need nothing but this package."""
