"""How far the metric `accuracy` can be trusted: its correlation with people's ratings of a file.

    make ratings FILE=ratings.jsonl.gz

FILE is gzipped JSONL, one rated reply a line: `question`, `policy_answer`, `reference` (the human's
reply), `response` (what is rated), `accuracy` and `appropriateness` (lists of 1 to 5, one for each
rater). Nothing is fitted on it. Replies to questions that the coefficients were fitted on stand
apart from those that they never saw.
"""
