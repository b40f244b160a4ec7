"""What a player sets and touches while it plays: one desk that keyboards, the panel and OSC all go through."""
