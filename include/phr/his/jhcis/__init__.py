"""JHCIS (health centres) as data: its SELECTs and what they read."""
