"""Who is reached: reach, hose lines, water, alleys, statistics."""
