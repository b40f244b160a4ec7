"""The panel: a page on this computer on which one plays, sees what happens, and finds out why nothing sounds."""
