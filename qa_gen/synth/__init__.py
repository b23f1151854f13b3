"""Small worlds that render videos and write annotations in each source's own format."""
