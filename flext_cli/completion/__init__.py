"""What TAB completes: from the command table, and from names that ordinary calls have left in a file."""
