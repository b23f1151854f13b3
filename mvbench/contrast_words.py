"""Contrasts in words and cells: one spelling of differences, intervals and p-values, wherever they are printed."""

from __future__ import annotations

from mvbench.contrasts import Contrast


def points(value: float) -> str:
    """One decimal and a sign, which nothing has that rounds to zero.

    >>> points(1.54), points(-0.04)
    ('+1.5', '0.0')
    """
    text = f"{value:+.1f}"
    return text[1:] if text in ("+0.0", "-0.0") else text


def interval(found: Contrast) -> str:
    """The 95 % interval, `[-0.8, +3.2]`; nothing where it is unknown."""
    low, high = found.difference.low, found.difference.high
    return "" if low is None or high is None else f"[{points(low)}, {points(high)}]"


def with_interval(found: Contrast) -> str:
    """`+1.2 [-0.8, +3.2]`, or the difference alone."""
    return f"{points(found.difference.mean)} {interval(found)}".rstrip()


def p_text(value: float) -> str:
    """`p = 0.012`, or `p < 0.001`."""
    return "p < 0.001" if value < 0.001 else f"p = {value:.3f}"


def p_cell(value: float | None) -> str:
    """The number alone, for a table; nothing where it is unknown."""
    return "" if value is None else "<.001" if value < 0.001 else f"{value:.3f}"
