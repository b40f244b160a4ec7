"""The page that plays patches in a browser, without a server: `make web`."""
