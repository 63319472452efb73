"""What happens when someone asks or a day passes: the use cases, with no channel named."""
