"""How near a patch comes to recordings: metrics, baselines, reports."""
