"""The pure domain: what a case is, what may happen to it, and by when. Standard library only."""
