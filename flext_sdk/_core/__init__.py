"""The pure part of the SDK: no input or output, no event loop, no HTTP library."""
