"""What pictures are made of: grounds, sprites, things, figures."""
