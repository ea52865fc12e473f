"""The demo: an association whose learners act through the same doors as everyone."""
