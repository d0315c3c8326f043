"""What costs nothing, and what need not be paid after all."""

from drafter.compliance.vocabulary import (
    CHARGES,
    DROPS,
    FEE,
    KEEPS_FEE,
    NOT,
    PAYS,
    WE,
    YOU,
    Words,
    ways,
    words,
)

FREE: list[Words] = ways(
    (
        words(
            "free[_-]of[_-](any_|all_)?(charge|cost)s?"
            " (completely|entirely|totally|absolutely)_free for_(free|nothing) on_the_house"
            " on_us complimentary gratis cost-?free at_(our|its|my)_(own_)?(cost|expense)"
            " costs?_(you_)?nothing nothing_(for_you_)?to_pay"
            " (pay|owe|charged?)_(you_)?nothing free_(for|on|with)_\\w+"
            " (covered|paid|borne|met|carried|footed)_(for_)?by_us our_treat for_free"
            " costs?_(you_)?zero (at|for)_zero_cost zero_charge prepaid_(\\w+_)?(label|postage)"
            " (return|postage|shipping)_(is_)?prepaid as_a_(gift|present) throw(n|ing)?_in"
            " included_at_no_\\w+ free_by_us (carriage|postage)_paid pick*_up_the_(tab|bill)"
            " (returns?|repairs?|shipping|delivery|postage|shipment|parcel|order|service|part"
            "|parts|label|pick-up|collection|inspection|cleaning|exchange|replacement|upgrade"
            "|it|this|that)_(is|are|comes|was|will_be)_free"
        ),
    ),
    (
        words(
            "returns? repairs? shipping delivery postage exchang* cancel* collection pick-?up"
            " inspection replacements? servic* parts? labour labor work cleaning upgrad* fitting"
        ),
        r"\b(?:is|are|'s|be) (?:\w+ )?free\W*$",
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
    (
        r"\b(?:we|i|you|our)\b.*\b(?:get|have|keep|send|fix|repair|mend|ship|includ|deliver|collect"
        r"|replac|add|do|service|give|clean)\w*\b",
        r"\bfree\b(?=\W*$| (?:with|for|on|this|of)\b)(?! of (?!charge|cost))",
    ),
    (WE, PAYS, rf"{FEE}|{words('tab expenses? courier return(s)? both_ways label')}"),
    (r"\bwe(?:'ll| will| shall|'re| are| can)?(?: \w+)? pay(?:ing)?\b",),
) + ways(
    (
        r"\b(?:at|with|for|under|is|be|are|without) (?:no|any|zero) (?:\w+ ){0,2}(?:cost|charge"
        r"|expense|fee)s?\b",
    ),
    (r"\bno (?:\w+ ){0,2}(?:costs?|charges?|payment)\b",),
    (
        r"\bwithout (?:any |an? |extra |further |additional )*(?:\w+ )?(?:charg|cost|fee"
        r"|payment|paying|bill)\w*",
    ),
    (
        NOT,
        words(
            "cost_you be_charged be_billed (charge|bill|ask)_you have_to_pay need_to_pay"
            " pay_(anything|a_cent|a_penny|for|us) cost_(anything|a) (bill|invoice)_you"
            " (a|one|single)_(cent|penny|dime) owe_(us_)?(anything|a|for) be_invoiced"
            " (charged|billed)_(anything|for|extra) charge_(anything|for_(this|that|it|the))"
        ),
    ),
    negated=True,
    unless=KEEPS_FEE,
)

WAIVER: list[Words] = ways(
    (words("waiv(e|ed|es|ing|er)"),),
    (words("exempt(s|ed)?"), rf"\byou\b|{FEE}"),
    (FEE, DROPS),
    (r"\bfree (?:of|from) (?:\w+ ){0,2}?" + FEE.removeprefix(r"\b"),),
    (WE, r"\bagainst (?:charging|billing|taking|keeping|applying)\b"),
    unless=KEEPS_FEE,
) + ways(
    (NOT, FEE, CHARGES),
    (NOT, FEE, words("ask* hold* insist* pursue chase want* expect*")),
    (
        r"\b(?:won't|will not|not going to|not be|aren't|are not|never|don't|do not|shall not"
        r"|'re not)\b",
        words("charg(e|ed|ing) bill(ed|ing)? deduct(ed|ing)? invoic(e|ed|ing)"),
        YOU + "|" + words("anything difference"),
    ),
    (r"\bwithout\b.*" + words("fees? deductions? penalt(y|ies) surcharges? charges?"),),
    (r"\b(?:need not|needn't|no need to|do not have to|don't have to) (?:\w+ )?pay\b",),
    (r"\b(?:fee|penalty|charge|deduction|duty)-free\b",),
    (r"\bno (?:\w+ ){0,3}?" + FEE.removeprefix(r"\b"),),
    negated=True,
    unless=KEEPS_FEE,
)
