"""What `client.debug` looks at: this machine, the ways to the services, the time things take. Plain functions that block."""
