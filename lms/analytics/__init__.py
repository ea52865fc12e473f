"""Figures across people: who has acquired what, as a heat map and in one drawing."""
