"""As what a version wrote a draft, and which drafts somebody is shown."""

from desk.store.tables import drafts

CHAMPION = "champion"
# in place of the champion, for its share of the tickets
CHALLENGER = "challenger"
# beside the champion, for the same ticket: measured and never shown
SHADOW = "shadow"

SEEN = drafts.c.role != SHADOW
