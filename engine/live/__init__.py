"""What a player sets and touches while it plays: one session that keyboards, the panel and OSC all go through."""
