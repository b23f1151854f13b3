"""`python -m mvbench` is `mvbench`."""

from mvbench.cli import run

if __name__ == "__main__":
    run()
