"""Paired statistics over tickets, for `evaluate` and `decide`: intervals, tests, how many tickets.

Everywhere a column holds one number for each ticket, NaN where there is none for it, and columns
that stand side by side are of the same tickets in the same order. What is compared is compared
ticket by ticket: a column of differences is NaN where either side has no number.

Tickets count as independent. Replies to one customer are not quite that, so that where a few
customers write most of the holdout, intervals are narrower than they should be.
"""
