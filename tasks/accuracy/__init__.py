"""How accurate a draft is, from 0 to 1: what three people would rate it, as far as code can tell.

    score = accuracy([Answer(question, policy, human, draft)], embedder)

`features` looks at the draft beside the policy, the human's reply and the question; `trees` holds
the fixed trees in weights.json, fitted by `python -m tasks.ratings.fit` on half of people's
ratings. Nothing here reads a rating. What it sees and what not, with figures: docs/accuracy.md.
"""
