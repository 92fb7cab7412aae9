"""Hospital-OS 3.x: SELECTs and what they read, as data files."""
