"""A folder of the 43 national files: read into memory at open, then asked like a database."""
