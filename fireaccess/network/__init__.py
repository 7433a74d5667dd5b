"""The roads that a truck and a hose can use, and what is known of them."""
