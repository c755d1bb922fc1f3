"""One module per subject; each gives a list of topics through `topics()`."""
