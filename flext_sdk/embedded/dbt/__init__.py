"""dbt: its projects, its environments, its commands as steps of runs, and what its manifest tells."""
