"""The `tianyuan` command: the platform from a terminal, through its HTTP API and nothing else."""
