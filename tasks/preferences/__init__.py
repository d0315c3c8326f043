"""Collect pairs of a better and a worse reply to one prompt, and say where each comes from.

Reads data/retrieved/{train,val}.parquet, the clauses of models/index, models/base and models/sft;
writes data/preferences/{train,val}.parquet, left_out.parquet with a reason for each candidate that
became no pair, and reports/preferences.json. Stops where a pair would come from the holdout.
"""
