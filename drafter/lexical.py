"""BM25 over many texts for many queries at once.

The statistics come from the texts that are handed in. Handing in those that were in force on a day
gives what a search on that day would have given, whatever was written later.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def tokenise(texts: Sequence[str]) -> list[list[str]]:
    """Words of two letters and more, in lower case, without English stop words."""
    import bm25s

    words = bm25s.tokenize(list(texts), stopwords="en", return_ids=False, show_progress=False)
    return list(words)


class Bm25:
    """Lucene's BM25 (bm25s computes it) as one sparse matrix, words x texts."""

    def __init__(self, texts: Sequence[Sequence[str]]) -> None:
        """`texts` as `tokenise` gives them."""
        import bm25s
        from scipy.sparse import csc_matrix

        self.count = len(texts)
        self.words: dict[str, int] = {}
        self.matrix: Any = None
        if not any(texts):
            return
        model = bm25s.BM25()
        model.index([list(text) for text in texts], show_progress=False)
        table = model.scores
        shape = (self.count, len(table["indptr"]) - 1)
        by_text = csc_matrix((table["data"], table["indices"], table["indptr"]), shape=shape)
        self.matrix = by_text.T.tocsr()
        self.words = model.vocab_dict

    def scores(self, queries: Sequence[Sequence[str]]) -> "NDArray[np.float32]":
        """(queries, texts): the sum over a query's words, a repeated word counted again."""
        import numpy as np
        from scipy.sparse import csr_matrix

        if self.matrix is None:
            return np.zeros((len(queries), self.count), dtype=np.float32)
        columns = [[self.words[word] for word in query if word in self.words] for query in queries]
        starts = np.cumsum([0, *map(len, columns)])
        flat = np.array([word for row in columns for word in row], dtype=np.int64)
        shape = (len(queries), self.matrix.shape[0])
        counts = csr_matrix((np.ones(len(flat), np.float32), flat, starts), shape=shape)
        counts.sum_duplicates()
        return (counts @ self.matrix).toarray()
