"""Settings, paths and the redaction of secrets."""
