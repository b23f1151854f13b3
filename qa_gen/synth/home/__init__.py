"""One person in a room does one thing after another: shared by the worlds of STAR and Charades-STA."""
