"""Measures what the program does beside what its parts can do and what others reach, in the same run."""
