"""Dialogues: what is said to a person, one module a purpose."""
