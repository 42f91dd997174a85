"""Measurements, each beside the limit of the machine in the same run; started by `manage.py bench`."""
