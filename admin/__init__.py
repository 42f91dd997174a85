"""The command line and the composition of processes: the one place that knows all the others."""
