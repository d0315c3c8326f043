"""Money that goes back, is taken off, or makes up for something."""

from drafter.compliance.vocabulary import (
    AMOUNT,
    BACK,
    CREDIT,
    GIFT,
    GIVES,
    HARM,
    LESS,
    MONEY,
    NOT,
    PAYS,
    PRICE,
    WE,
    YOU,
    Words,
    ways,
    words,
)

REFUND: list[Words] = ways(
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
    (
        words(
            "credit(ed|ing) transferr(ed|ing) returned wired deposited paid_out sent releas(ed|ing)"
        ),
        words("to onto into on") + r".*" + words("card bank account wallet paypal"),
        MONEY,
    ),
    (words("credited crediting transferred returned"), words("card bank account wallet")),
    (
        r"\b(?:we|i)\b(?:'\w+)?(?: \w+){0,3}? (?:wir|transferr?|remitt?|pay|send)(?:e|ing)?\b",
        MONEY,
        YOU,
    ),
    (
        words("sent credited transferred paid paid_back returned wired"),
        words("(back_)?(to|onto|into)_your_(\\w+_)?(card|bank|account|wallet)"),
        words("overcharge charge price sum everything rest amount money payment"),
    ),
    (words("card bank account"), words("receiv* get(s)?"), words("money payment amount sum")),
    (words("revers(e|ed|es|ing|al)"), words("charges? payments? transaction")),
    (MONEY, r"\breturns? to (?:you|your)\b|\breturned to you\b"),
    (r"\bmake (?:you|it) whole\b",),
    (
        words("(the|your)_(money|funds|payment|amount|sum)"),
        r"\bon (?:its|the|their) way\b"
        r"|\b(?:arriv|land|reach|show|appear)\w*\b.{0,20}\b(?:bank|account|card|statement)",
    ),
    unless=r"\bof charge\b",
) + ways(
    (NOT, r"\bout of pocket\b|\blos(?:e|ing) (?:any|a|your) (?:money|cent|penny)\b", YOU),
    negated=True,
)

DISCOUNT: list[Words] = ways(
    (GIFT,),
    (PRICE, LESS, rf"{WE}|{YOU}"),
    (
        WE,
        r"\b(?:(?:knock|shav|slash)\w* (?:\S+ ){0,6}off|mark\w* (?:\S+ ){0,5}down)\b"
        r"|\b(?:tak|took|cut)\w* (?:\S+ ){0,4}?(?:euros?|dollars?|pounds?|money|percent|%|bit"
        r"|something|third|half|quarter|fifth|tenth|price) (?:\S+ ){0,3}?off\b"
        r"|\b(?:honou?r|match|adjust|meet)\w* (?:\S+ ){0,4}(?:price|offer|rate|deal)\b",
    ),
    (
        YOU,
        words("pay(ing)? save(s)? charge(d)? spend price bill total owe"),
        AMOUNT,
        words("less lower save only just instead"),
    ),
    (YOU, r"\bsav(?:e|es|ing) (?:\w+ )?" + AMOUNT),
    (WE, r"\bcharg(?:e|ing) you (?:only|just)\b"),
    (
        WE,
        rf"\b(?:sell|let you have|give|get you|do|offer|go down|come down"
        rf"|bring it down)\b.*{AMOUNT}",
    ),
    (words("is_yours are_yours you_can_have"), r"\bfor (?:only |just )?" + AMOUNT),
    (
        words("two_for three_for price_of_one deal_for_you (good|better|special|great)_deal"),
        WE + "|" + YOU,
    ),
    (words("com(e|es|ing)_off come_off"), words("euros? dollars? pounds? percent %")),
    (CREDIT, GIVES),
    (WE, r"\bcredit(?:ed|ing)?\b (?:you|your|the|any|it|this|that|to)\b"),
    (words("credit(ed|ing|s)?_(to_)?your_account (credit|bonus|gift)_(on|to|for|in)_(you|your)"),),
    (words("as_(an_apology|a_thank_you|a_thank-you|a_token)"), GIVES),
    (words("(use|enter)_(the_|this_)?code_\\w+_(at|when|for|in)"),),
    (
        r"\b(?:use|enter|with|your|the|a|this|here's)\b.*\bcodes?\b",
        words("checkout off discount promo voucher"),
    ),
    (words("(something|a_bit|a_little|money|some)_off off_(your|the)_(price|bill|next)"),),
) + ways(
    (
        words(
            "(at|for|to)_(our_|the_|a_)?(\\w+_)?(cost|staff|trade|sale|old|previous|original"
            "|promotional|last_year's|wholesale|member)_(price|rate) (the|our)_(sale|old|staff"
            "|original|previous|promotional|discounted|advertised)_(price|rate) at_cost"
            " (for|pay)_(only_|just_)?(half|less) half_(the|its|of_the)_price"
            " sav(e|es|ing)_(you_)?(\\d+|\\w+)_(euros?|dollars?|pounds?|percent|per_cent|%)"
        ),
        rf"{WE}|{YOU}",
    ),
    regardless=True,
)

COMPENSATION: list[Words] = ways(
    (words("compensat* indemni* recompens* amends"),),
    (words("ma(k|d)*_(it|this|that|things|everything)_up_to_you"),),
    (HARM, PAYS),
    (
        WE,
        r"\b(?:cover|settl|bear|tak\w+ (?:on|over)|assum|refund|reimburs)\w*\b",
        YOU,
        words("costs? fees? bill"),
    ),
    (
        words("insur(er|ance) carrier courier manufacturer maker supplier"),
        PAYS,
        words("for damage* loss* it broken broke"),
    ),
    (
        r"\b(?:you(?:'ll| will)? (?:get|receive)|we(?:'ll| will)? (?:pay|give|send|transfer))\b",
        AMOUNT,
        words("for_(your|the|all)_\\w+"),
    ),
    (r"\b(?:we|i|to|this|that|it|which)\b.*\bma(?:k|d)\w* up for\b",),
    (r"\bworth your while\b|\bmake (?:it|this|that|things) up\b|\bowe you one\b",),
    (words("reward*"), YOU),
    (
        WE + "|" + YOU,
        GIVES,
        words(
            "(something|a_little_something)_(extra|special|nice|small)"
            " (small|little|free|thank-?you)_(gift|present)"
        ),
    ),
    (
        words("gifts? presents? treat bonus"),
        GIVES,
        words("apology sorry trouble patience make_up wait inconvenience for_you next_parcel"),
    ),
    (
        r"\bcredit(?:ed|ing)?\b",
        words("account order invoice balance euros? dollars? pounds?"),
        WE,
        r"\byou",
    ),
    (
        AMOUNT,
        words("credit* account_balance to_your_account on_your_account"),
    ),
    (
        words("(goodwill|compensatory|ex_gratia|one-off)_(payment|gesture)"),
        GIVES + "|" + words("made making"),
    ),
    (words("approv* authori[sz]* agreed"), words("payments?"), HARM),
    (r"\byou(?:'ll| will| are going to)? (?:be |get )paid for\b",),
    (
        words("payment money amount sum cheque check something"),
        words("for_(your|the)_(trouble|time|inconvenience|wait|hassle|patience|stress)"),
    ),
    (words("damages"), GIVES),
)
