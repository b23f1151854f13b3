"""How things start and stop: curves from 0 to 1 over a time from 0 to 1."""

from __future__ import annotations


def ease(t: float) -> float:
    """Smoothstep: slow at both ends. 0 before time 0, 1 after time 1."""
    t = min(max(t, 0.0), 1.0)
    return t * t * (3.0 - 2.0 * t)


def there_and_back(t: float) -> float:
    """0 at both ends and 1 in the middle, smooth everywhere, the same forwards and backwards."""
    return ease(1.0 - abs(2.0 * min(max(t, 0.0), 1.0) - 1.0))


def span(t: float, start: float, end: float) -> float:
    """Where `t` stands between `start` and `end`: 0 before, 1 after, a straight line in between.

    >>> [span(t, 2, 4) for t in (1, 3, 5)]
    [0.0, 0.5, 1.0]
    """
    if end <= start:
        raise ValueError(f"a span ends after it starts: {start} to {end}")
    return min(max((t - start) / (end - start), 0.0), 1.0)
