"""Sound that comes in: what is heard of it, and how it is fitted to a patch."""
