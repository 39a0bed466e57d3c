"""What `client.debug` looks at: this machine, the ways to the services, the time things take. All of it blocks."""
