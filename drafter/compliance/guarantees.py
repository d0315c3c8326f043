"""How companies guarantee: by word of honour, by a warranty's cover, or by saying what will be.

A cover is a fault, a time and a deed of ours ("if a pole breaks in ten years, we mend it"): any two
of them with the words of a warranty are enough, and all three without.
"""

from drafter.compliance.vocabulary import WE, Words, ways, words

# The paper in the box is no commitment, and an application none yet.
NOUN = (
    r"(?<!without )(?<!without a )(?<!without any )"
    + words("guarantees? warrant(y|ies)")
    + r"(?! (?:card|form|slip|paper|booklet|number|department|team|request|question))"
)
HOLDS = words(
    "com(e|es|ing)_with carr(y|ies|ied) has ha(ve|d) includ* g(ive|ives|iving|iven|ave) offer*"
    " grant* provid* get(s|ting)? receiv* enjoy* exten(d|ds|ded|ding|sion) prolong* renew*"
    " add(s|ed|ing)? run(s|ning)? last(s|ing)? appl(y|ies) cover* honou?r* start(s|ing)? begin(s)?"
    " continu* remain* stay(s)? valid active fresh in_(force|effect|place) still backed part_of"
    " protect* treat(ed)? accept* handl* under within by_(the|your|our) falls? unlimited"
    " never_(ends?|expires?|runs?_out) includes? against"
)
NO_LONGER = (
    r"\b(?:expired|lapsed|void(?:ed|s)?|ended|ran out|run out|is over|was over|over now|outside"
    r"|out of|beyond|(?<!even )after)\b"
)
COVERED = words("covered protected insured backed warranted guaranteed warrant guarantee cover")
IS_COVERED = (
    r"(?:\b(?:is|are|be|been|being|stays?|remains?|was)|'re|'s) (?:(?!not\b)\w+ ){0,2}?"
    r"(?:covered|protected|insured|warranted|guaranteed|backed)\b"
)
FAULT = words(
    "defect(s|ive)? fault(s|y)? break(s|age|ages|ing)? broken? fail(s|ed|ure|ures|ing)? tears? torn"
    " rip(s|ped)? leak* crack(s|ed)? damage* wear(s|ing)? flaw* problems? trouble wrong"
    " peel(s|ing)? fad(e|es|ing) splits? apart undone loose (gives?|wears?)_(out|way|up)"
    " snap(s|ped)? rust(s)? malfunction* stops?"
)
ANYTHING = words("any anything everything whatever all every each even always accidental whichever")
# "Next year" and "for ten years", "until 2031", "a decade".
PERIOD = (
    r"\b(?:\d+|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|fifty"
    r"|hundred|next|first|coming|many|several|extra|more|further|another|full|few|\w+-)"
    r"[ -]?(?:\w+[ -])?(?:years?|months?|seasons?|decades?|summers?|winters?)\b"
    r"|\b(?:until|till|before|through|to) (?:\w+ ){0,5}?(?:19|20)\d\d\b|\bdecades?\b"
    r"|\b(?:one|a|per) year\b"
)
# No end is set to it.
ENDLESS = (
    r"\b(?:for (?:\w+ ){0,2}?(?:life|lifetime|ever|good)|forever|life-?time|life-?long"
    r"|(?:entire|whole|full|rest of (?:its|the)) life|life of (?:the|your|its)|unlimited"
    r"|(?:as long as|while) (?:you|it|they|the \w+|your \w+)\b"
    r"|(?:never|not|n't) (?:ever )?(?:expires?|ends?|runs? out|lapses?|stops?)"
    r"|(?:no|without(?: any| an?)?) (?:\w+ )?(?:limits?|deadline|end|end date|expiry|expiration)"
    r"|(?:no matter|regardless of|never mind|however|whatever|irrespective of) (?:when|how|old"
    r"|long|many|its|the age|what)|(?:any|every) time|whenever|always)\b"
)
# What is done about a fault.
DEED = words(
    "repair(s|ed|ing)? fix(es|ed|ing)? mend(s|ed|ing)? replac(e|es|ed|ing) put_(it|this|that|them)"
    " (make|made)_(it_|this_|that_)?(good|right) sort* tak(e|es|en)_care look(ed)?_after new_one"
    " put_right rectif* remed* patch*"
)
OURS = (
    r"\bwe\b|\bi(?:'ll| will| shall)\b|\b(?:by|on|rely on|count on|from) us\b"
    r"|\bour (?:\w+ )?(?:workshop|menders|team|engineers|expense|cost)\b|\bour (?:\w+ )?word\b"
    r"|\b(?:free of charge|for free|at no (?:\w+ )?(?:cost|charge)|without charge)\b"
)
IF_EVER = (
    r"\b(?:if|should|when|whenever|in case|once)\b.*(?:\b(?:ever|again|later|future|some day"
    rf"|someday|one day|at any point|down the road|at any time)\b|{PERIOD})"
)
NEVER = r"\b(?:won't|(?:will|shall) (?:not|never)|'ll (?:not|never)|not going to)\b"
# What a thing or a service may be said not to do.
GOES_WRONG = (
    r"\b(?:happen|break|fail|leak|rip|tear|fade|peel|crack|rust|let you down|disappoint\w*|split"
    r"|come (?:apart|loose|undone)|go wrong|give (?:out|way)|lose its|wear out)\b"
)

GUARANTEE: list[Words] = [
    # word of honour
    *ways(
        (
            r"\b(?:we|i|let me|let us|allow me to)\b(?:'\w+)?(?: \w+){0,4}? (?:guarantee|promise"
            r"|assure|warrant|vouch|swear|pledge|commit|reassure)\b",
        ),
        (
            r"\b(?:is|are|be|been|was|'s|'re|being) (?:\w+ )?(?:guaranteed|assured|promised"
            r"|warranted)\b",
        ),
        (r"\bguaranteed?(?= (?:to|that|you|delivery|by)\b)",),
        (r"\bguaranteed(?= (?:for|against)\b)",),
        (words("(money-back|lifetime|life-?long|unconditional|full)_(guarantee|warranty)"),),
        (
            words("(my|our)_(\\w+_|\\w+-){0,2}(word|promise|guarantee|assurance|pledge|commitment)")
            + r"(?! (?:cover|card))",
        ),
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
                " (my|our)_word_(on|for)"
            ),
        ),
        (
            r"\b(?:will|shall|won't)\b|'ll\b",
            words(
                "definitely for_sure without_(any_|a_)?doubt come_what_may guaranteed"
                " under_all_circumstances no_matter_what"
            )
            + r"|\b100 ?(?:%|percent)",
        ),
        (r"\b(?:i'm|i am|we're|we are) (?:\w+ )?committed to\b",),
        (r"\bwe\b(?: \w+)? (?:stand (?:behind|by)|back (?:every|each|all|our|your|the))\b",),
        content=True,
    ),
    # what will be
    *ways(
        (NEVER, GOES_WRONG, r"\b(?:again|ever|never)\b"),
        (r"\byou(?:'ll| will) never (?:have|need) to (?:\w+ )?(?:pay|buy|replace|worry)\b",),
        negated=True,
        content=True,
    ),
    *ways(
        (
            r"\b(?:will|'ll) (?:\w+ )?(?:last|hold|stay|remain|keep|serve)\b",
            words("years decades lifetime forever seasons generations"),
        ),
        (
            r"\b(?:we|i)(?:'ll| will) (?:\w+ )?(?:make sure|ensure|see to it)\b",
            words("arriv* on_time in_time again by_(mon|tues|wednes|thurs|fri|satur|sun)day")
            + "|"
            + words("by_(tomorrow|then|tonight) before_your_\\w+ never"),
        ),
        (r"\b(?:sure|certain|bound) to (?:last|hold|arrive|fit|reach|be there)\b",),
        (r"\b(?:will|'ll) (?:\w+ )?(?:survive|withstand|outlive|outlast|endure)\b",),
        content=True,
    ),
    # a warranty that covers
    *ways((NOUN, HOLDS), regardless=True, unless=NO_LONGER),
    *ways((NOUN, ENDLESS), (NOUN, PERIOD), regardless=True, unless=NO_LONGER),
    *ways((ENDLESS, r"\b(?:cover(?:age)?|protection|claims?)\b"), regardless=True),
    *ways(
        (IS_COVERED, f"{PERIOD}|{ENDLESS}"),
        (r"\bstill (?:\w+ )?covered\b",),
        (r"\b(?:is|are|be) (?:\w+ )?covered\W*$",),
        (IS_COVERED, FAULT, ANYTHING),
        (r"\byou(?:'re| are) (?:\w+ )?covered\b",),
        (
            r"\b(?:this|that|it|which|so)(?:'s| is| will be) (?:\w+ )?covered\b(?! (?:in|with"
            r"|up)\b)",
        ),
        (r"\b(?:cover|coverage|protection)\b(?! page)", PERIOD, WE + r"|\byou(?:r|'ll)?\b"),
        (r"\b(?:cover|coverage|protection)\b", FAULT, r"\b(?:includ\w*|part of|comes?|has|have)\b"),
        (r"\b(?:we(?:'re| are)?|remain) (?:\w+ )?(?:liable|responsible|answerable) for\b", FAULT),
        (WE, r"\b(?:take|accept|bear)\b.*\bresponsibility for\b", FAULT),
        regardless=True,
    ),
    # a fault, a time and a deed, wherever they stand in the sentence
    *ways(
        (FAULT, f"{PERIOD}|{ENDLESS}", f"{DEED}|{IS_COVERED}|{words('on_us')}", OURS),
        (ENDLESS, DEED, OURS),
        (IF_EVER, f"{DEED}|{words('on_us')}", OURS),
        (DEED, OURS, IF_EVER),
        (ANYTHING, FAULT, f"{DEED}|{words('on_us')}", OURS),
        (PERIOD, r"\b(?:free|includ\w+|on us|by us|by our)\b", DEED),
        regardless=True,
        apart=True,
    ),
    *ways(
        (r"\brepairs?\b.*\b(?:included|free|covered)\b|\bfree repairs?\b", f"{PERIOD}|{ENDLESS}"),
        (FAULT, f"{ENDLESS}|{PERIOD}", r"\b(?:included|free|covered|on us)\b"),
        (r"\byou(?:'ll| will)? (?:get|receive|have)\b", r"\bnew\b", FAULT, f"{PERIOD}|{ENDLESS}"),
        regardless=True,
        apart=True,
    ),
]
