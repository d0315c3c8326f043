"""What companies commit themselves to, by theme: the words that a clause has where it speaks of it.

A way to speak of it is one expression, or several that all stand in the clause, in any order. They
are English, and wide on purpose: drafter/compliance/promises.py leaves out what states nothing.
"""

from drafter.compliance.vocabulary import (
    ACCEPTS,
    BACK,
    CHARGES,
    COMES,
    CREDIT,
    DROPS,
    FEE,
    GIFT,
    GIVES,
    HARM,
    KEEPS_FEE,
    LATE,
    LESS,
    MONEY,
    NOT,
    OTHER,
    PAYS,
    PRICE,
    RULE,
    SENDS,
    WE,
    YOU_GET,
    Words,
    ways,
    words,
)

COMMITMENTS: dict[str, list[Words]] = {
    "refund": ways(
        (
            r"\b(?:refund(?:s|ed|ing)?|reimburs\w+|repa(?:y|ys|id|ying|yment)"
            r"|chargeback)\b(?! (?:request|polic"
            r"|question|form|claim|inquir|enquir|window|period|page|application|department|team))",
        ),
        (WE, words("approv* grant* accept*"), r"\brefund request\b"),
        (MONEY, BACK),
        (r"\b(?:we|i|us|our \w+|will|shall)\b|'ll\b", r"\breturn\b", MONEY),
        (
            words("get(s|ting)? g(ive|iving|iven) receive pay(ing)? send_you have"),
            words("everything it_all (all|most|half|part)_of_(it|that)"),
            BACK,
        ),
        (words("credited crediting transferred returned"), words("card bank account wallet")),
        (
            words("(the|your)_(money|funds|payment|amount|sum)"),
            r"\bon (?:its|the|their) way\b"
            r"|\b(?:arriv|land|reach|show|appear)\w*\b.{0,20}\b(?:bank|account|card|statement)",
        ),
        unless=r"\bof charge\b",
    ),
    "free": ways(
        (
            words(
                "free[_-]of[_-](any_|all_)?(charge|cost)s?"
                " (completely|entirely|totally|absolutely)_free for_(free|nothing) on_the_house"
                " on_us complimentary gratis cost-?free at_(our|its|my)_(own_)?(cost|expense)"
                " costs?_(you_)?nothing nothing_(for_you_)?to_pay"
                " (pay|owe|charged?)_(you_)?nothing free_(for|on|with)_\\w+"
                " (covered|paid)_(for_)?by_us"
                " (returns?|repairs?|shipping|delivery|postage|it|this|that)_(is|are|comes)_free"
            ),
        ),
        (
            r"\bfree (?:\w+ ){0,2}?"
            + words(
                "shipping delivery returns? postage replacements? repairs? upgrades? months? year"
                " gift exchanges? labels? servic* pick-?up collection inspection spare parts?"
                " express courier cover item one set pair sample maintenance cleaning"
            ),
        ),
        (
            r"\b(?:your|one|you get|including|include|get you|with) (?:a )?free (?!(?:to|and"
            r"|of|from|up|time|space"
            r"|software|account|version|program|email|service|mail|add-on|app|trial|hand|tool"
            r"|plan)\b)\w+",
        ),
        (WE, PAYS, rf"{FEE}|{words('tab expenses? duties tax')}"),
        (r"\bwe(?:'ll| will| shall|'re| are| can)?(?: \w+)? pay(?:ing)?\b",),
    )
    + ways(
        (r"\b(?:at|with|for|under|is|be|are) no (?:\w+ ){0,2}(?:cost|charge|expense|fee)s?\b",),
        (r"\bno (?:\w+ ){0,2}(?:costs?|charges?|payment)\b",),
        (
            r"\bwithout (?:any |an? |extra |further |additional )*(?:\w+ )?(?:charg|cost|fee"
            r"|payment|paying|bill)\w*",
        ),
        (
            NOT,
            words(
                "cost_you be_charged be_billed (charge|bill|ask)_you have_to_pay need_to_pay"
                " pay_(anything|a_cent|a_penny|for) cost_(anything|a)"
                " (a|one|single)_(cent|penny|dime)"
            ),
        ),
        negated=True,
        unless=KEEPS_FEE,
    ),
    "guarantee": ways(
        (
            r"\b(?:we|i)\b(?:'\w+)?(?: \w+){0,4}? (?:guarantee|promise|assure|warrant|vouch"
            r"|swear|pledge|commit)\b",
        ),
        (
            r"\b(?:is|are|be|been|was|'s|being) (?:\w+ )?(?:guaranteed|assured|promised"
            r"|warranted)\b",
        ),
        (r"\bguaranteed?(?= (?:to|that|you|delivery|by)\b)",),
        (
            words(
                "(money-back|lifetime|life-?long|unconditional|full)_(guarantee|warranty)"
                " covered_for_life"
            ),
        ),
        (words("(my|our)_(\\w+_)?(word|promise|guarantee|assurance|pledge)"),),
        (
            words(
                "(be|rest|rested|feel|stay)_assured mark_my_words cross_my_heart hand_on_heart"
                " without_fail"
            ),
        ),
        (words("(count|rely|depend|bank|trust)_(on|in)?_?(us|it|that|me|this)"),),
        (
            words(
                "(that|this|it)_is_(a|our|my)_(promise|guarantee|pledge) with_a_(\\w+_)?guarantee"
            ),
        ),
        (
            r"\b(?:will|shall|won't)\b|'ll\b",
            words(
                "definitely for_sure without_(any_|a_)?doubt come_what_may"
                " under_all_circumstances no_matter_what"
            )
            + r"|\b100 ?(?:%|percent)",
        ),
        (r"\b(?:i'm|i am|we're|we are) (?:\w+ )?committed to\b",),
        content=True,
    ),
    "waiver": ways(
        (words("waiv(e|ed|es|ing|er)"),),
        (words("exempt(s|ed)?"), rf"\byou\b|{FEE}"),
        (FEE, DROPS),
        unless=KEEPS_FEE,
    )
    + ways(
        (NOT, FEE, CHARGES),
        (r"\bno (?:\w+ ){0,3}?" + FEE.removeprefix(r"\b"),),
        negated=True,
        unless=KEEPS_FEE,
    ),
    "exception": ways(
        (
            words(
                "ma(k|d)* grant* allow* giv* gave approv* arrang* get got do did as_an? by_way_of"
            ),
            r"(?<!security )\bexception\b",
        ),
        (words("one-?time_exception this_exception_is exception_(for|to)_(you|your)"),),
        (
            words(
                "exceptionally good-?will (as|of)_(an?_)?(one-?time_)?(courtesy|favou?r)"
                " one-?time_(courtesy|favou?r) bend*_(the|our)_rules?"
                " (for|just_this|only_this)_once this_one_time special_(arrangement|permission)"
            ),
        ),
        (
            WE,
            words("exten(d|ds|ded|ding|sion) prolong* stretch* push*_back postpon* relax*"),
            rf"{RULE}|\b(?:day|week)s?\b",
        ),
        (words("extension"), words("grant* approv* you_an_extension extension_of_(the|your)")),
        (words("overlook* ignor* disregard* forget* blind_eye"), rf"{RULE}|\blate\b"),
        (words("(extra|additional|more|further)_(\\w+_)?(days?|weeks?|months?|time|year)"), GIVES),
        (
            WE,
            words("(outside|beyond|against)_(of_)?(our|the)_(\\w+_)?(policy|rules?|terms)"),
            words("ma(k|d)e do did arrang* help* can"),
        ),
    )
    + ways((LATE, ACCEPTS), apart=True)
    + ways(
        (NOT, RULE, words("appl(y|ies) count(s)? hold(s)? matter(s)?"), r"\byou\b|\bcase\b"),
        negated=True,
    ),
    "replacement": ways(
        (words("replacements? substitutes?") + r"(?! (?:parts? (?:can|for)|cost))",),
        (words("we i let_me our"), SENDS, OTHER),
        (OTHER, COMES),
        (OTHER, r"\bfor you\b|\bin your hands\b"),
        (YOU_GET, OTHER),
        (
            r"\b(?:we|i|us|our|(?:will|shall|to|can) be|'ll be|being|by us)\b",
            words("replac(e|es|ed|ing) swap(s|ped|ping)? exchang(e|ed|ing)"),
        ),
        (r"\b(?:swap|exchange)\b", words("booked arranged approved set_up confirmed")),
    ),
    "discount": ways(
        (GIFT,),
        (PRICE, LESS, WE),
        (CREDIT, GIVES),
        (WE, r"\bcredit(?:ed|ing)?\b (?:you|your|the|any|it|this|that|to)\b"),
        (
            words(
                "credit(ed|ing|s)?_(to_)?your_account (credit|bonus|gift)_(on|to|for|in)_(you|your)"
            ),
        ),
        (words("as_(an_apology|a_thank_you|a_thank-you|a_token)"), GIVES),
        (words("(use|enter)_(the_|this_)?code_\\w+_(at|when|for|in)"),),
        (words("(something|a_bit|a_little|money|some)_off off_(your|the)_(price|bill|next)"),),
    ),
    "compensation": ways(
        (words("compensat* indemni* recompens* amends"),),
        (words("ma(k|d)*_(it|this|that|things|everything)_up_to_you"),),
        (HARM, PAYS),
        (
            words("payment money amount sum cheque check something"),
            words("for_(your|the)_(trouble|time|inconvenience|wait|hassle|patience|stress)"),
        ),
        (words("damages"), GIVES),
    ),
}
THEMES = tuple(COMMITMENTS)

# What a policy says where it grants such a thing; terser than a letter.
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
