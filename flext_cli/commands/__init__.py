"""Commands of the command line itself: annotated functions as those of the SDK, but about this program."""
