"""Frameworks of skills: blocks, competences and criteria, their coverage by courses, and what each person has acquired."""
