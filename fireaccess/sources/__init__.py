"""Files in: roads, houses, the ward's survey, and the places they name."""
