"""What to do first: barriers, water and fire points, alleys to measure; by when, at what cost."""
