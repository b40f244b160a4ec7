"""From a folder of recordings to a patch, and from folders to the factory bank."""
