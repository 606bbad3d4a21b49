"""Many recordings: found, analysed once each by several processes, and summed up for a trainer."""
