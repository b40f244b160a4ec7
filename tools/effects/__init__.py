"""From a dry and a wet recording to the settings of a rack."""
