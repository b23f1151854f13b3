"""The style, the chart script and our own drawing that every page carries in itself.

`chart.umd.min.js` is Chart.js 4.6.1 as its package on npm holds it, under the licence in `chart.LICENSE.md`;
`SHA256SUMS` pins it.
"""

from importlib.resources import files


def text(name: str) -> str:
    """The content of one of the files beside this one."""
    return files(__name__).joinpath(name).read_text("utf-8")
