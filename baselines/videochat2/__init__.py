"""VideoChat2: UMT-L vision encoder, Q-Former and a language model. Paper: MVBench, arXiv 2311.17005, section 4."""
