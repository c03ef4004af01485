"""The published events, one module per owner. Only additive changes: a field once published stays."""
