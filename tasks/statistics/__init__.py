"""Paired statistics over tickets, for `evaluate` and `decide`: intervals, tests, how many tickets.

A column holds one number for each ticket, NaN where there is none for it, and columns that stand
side by side are of the same tickets in the same order. What is compared is compared ticket by
ticket: a column of differences is NaN where either side has no number.

Means are those of tickets. What counts as independent are clusters of tickets, the groups that
curation never splits (`clusters`): drawn, flipped and tested are clusters. Between clusters nothing
is taken to be shared; an agent or a topic that many customers have in common counts as chance.
"""
