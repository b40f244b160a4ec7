"""The plug-in for hosts, LV2 and CLAP: its parameters, and the files that hosts look for."""
