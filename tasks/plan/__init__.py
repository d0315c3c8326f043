"""What the next run would do and take, stage by stage, before anything is run.

What DVC would skip; minutes, tokens and disk as the last run had them; for hosted candidates the
tokens counted from their tickets and the dollars by the price table. Nobody is asked and nothing is
run for it. Ends with 1 where a key is missing.
"""
