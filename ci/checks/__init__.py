"""The checks that ci/lint runs, one topic a module."""
