"""The door for people: each channel's own module, settings, logs and the web pages."""
