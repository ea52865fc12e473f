"""What becomes of people after their path: news asked at 1, 6 and 12 months, and rates by each organisation's own rule."""
