"""Another item for the one that a customer has."""

from drafter.compliance.vocabulary import COMES, OTHER, SENDS, WE, YOU, YOU_GET, Words, ways, words

REPLACEMENT: list[Words] = ways(
    (words("replacements? substitutes?") + r"(?! (?:parts? (?:can|for)|cost))",),
    (words("we i let_me our courier"), SENDS, OTHER),
    (
        WE,
        r"\b(?:chang(?:e|ing)|trad(?:e|ing)|switch(?:ing)?)\b.* for (?:an?|another|the|your)\b",
    ),
    (
        words("broken faulty defective damaged old torn cracked lost missing wrong your"),
        words("(will_be|is_being|has_been|gets|was|is|are)_(replaced|exchanged|swapped|renewed)"),
    ),
    (
        r"\b(?:we|i)(?:'ll|'ve|'re|'m| will| have| are| am| can)\b(?: \w+){0,2}? (?:re-?(?:send"
        r"|sent"
        r"|ship|dispatch|deliver)\w*|(?:send|ship|sent)\w* (?:\w+ ){0,3}again)\b",
    ),
    (r"\bduplicate (?:order|parcel|shipment)\b",),
    (
        r"\b(?:we|i|our \w+)\b(?:'\w+)?(?: \w+){0,3}? (?:mak|build|sew|produc|fit)(?:e|ing)?\b",
        YOU,
        OTHER,
    ),
    (
        OTHER,
        words(
            "your_name left_(today|our|the_warehouse|yesterday|this_morning) on_the_way on_order"
        ),
    ),
    (OTHER, COMES),
    (OTHER, r"\bfor you\b|\bin your hands\b"),
    (YOU_GET, OTHER),
    (
        r"\b(?:we|i|us|our|(?:will|shall|to|can) be|'ll be|being|by us)\b",
        words("replac(e|es|ed|ing) swap(s|ped|ping)? exchang(e|ed|ing)"),
    ),
    (r"\b(?:swap|exchange)\b", words("booked arranged approved set_up confirmed")),
)
