"""What a policy says where it grants such a thing; terser than a letter."""

from drafter.compliance.vocabulary import BACK, FEE, GIFT, GIVES, HARM, MONEY, PAYS, Words, ways

GRANTS: dict[str, list[Words]] = {
    "refund": ways((r"\b(?:refund|reimburs|repa(?:y|id))|credited",), (MONEY, BACK)),
    "free": [
        *ways(
            (r"(?<!feel )(?<!-)\bfree\b(?! (?:to|up)\b)|complimentary|costs? nothing",),
            (r"\bat our (?:own )?(?:cost|expense)\b|\bwe (?:pay|cover|bear)\b",),
        ),
        *ways(
            (
                r"\bno (?:\w+ ){0,2}(?:charge|cost|fee)|(?:not|n't) (?:be )?charge"
                r"|without (?:\w+ )?(?:charge|cost|fee)",
            ),
            negated=True,
        ),
    ],
    "guarantee": ways(
        (
            r"guarant|warrant(?:y|ies|ed)|\bpromise|\bassur|\bpledge|\bcovered\b"
            r"|\bcommit",
        )
    ),
    "waiver": [
        *ways((r"\bwaiv|\bfree of charge|written off|\bexempt",)),
        *ways(
            (r"\bno (?:\w+ ){0,3}?" + FEE.removeprefix(r"\b"),),
            (r"(?:not|n't|never) (?:\w+ )?(?:charge|appl|take|keep|deduct|bill)", FEE),
            negated=True,
        ),
    ],
    "exception": ways((r"\bexception|good-?will|\bextend|case[- ]by[- ]case|discretion|courtesy",)),
    "replacement": ways((r"\breplac|\bexchang|\bswap|\bnew one\b|substitut",)),
    "discount": ways((r"\bdiscount|\bcoupon|\brebate|(?:%|percent) off",), (GIFT, GIVES)),
    "compensation": ways((r"compensat|indemni|\bdamages\b",), (HARM, PAYS)),
}
