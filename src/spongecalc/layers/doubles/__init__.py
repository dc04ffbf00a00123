"""Features drawn a second time: found by their geometry, of which one counts."""
