"""The agent's page: the inbox, a ticket with its draft and what is sent of it."""
