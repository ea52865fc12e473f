"""Figures over many people: the heat map and the overview of a group."""
