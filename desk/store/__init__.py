"""The feedback store: tickets, drafts and outcomes, in SQLite or PostgreSQL.

Personal data stand in the table `tickets` alone: the conversation as it came, and what each
placeholder stands for. Drafts and outcomes hold placeholders.
"""
