"""The sample company: write data/sample anew, the same bytes every time.

Marrowby sells camping gear to five countries. It is invented, and so is everyone who writes to
it. Its policies carry a figure per product or country, and most of them change twice: once early
in the ticket history, and once so late that only the newest tickets are answered by the new text.
"""
