"""The HTTP API over the use-cases of core: /v1 with its documentation."""
