"""Writers: data on standard output, everything else on standard error."""
