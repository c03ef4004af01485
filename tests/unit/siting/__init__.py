"""Tests of the location models."""
