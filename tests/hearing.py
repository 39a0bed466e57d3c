"""The command line, made to hear Ctrl-C."""

#: For ``python -c``. Whoever starts the tests in the background of a shell has its programs ignore Ctrl-C.
HEARING = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from flext_cli.main import main
sys.exit(main())
"""
