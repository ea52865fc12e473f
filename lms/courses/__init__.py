"""Courses, modules, activities, cohorts, enrolments and progress."""
