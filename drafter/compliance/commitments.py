"""What companies commit themselves to, by theme: the words that a clause has where it speaks of it.

A way to speak of it is one expression, or several that all stand in the clause, in any order. They
are English, and wide on purpose: drafter/compliance/promises.py leaves out what states nothing.
"""

from drafter.compliance.guarantees import GUARANTEE
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
    USED,
    WE,
    YOU,
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
        (words("revers(e|ed|es|ing|al)"), words("charges? payments? transaction")),
        (MONEY, r"\breturns? to (?:you|your)\b|\breturned to you\b"),
        (r"\bmake (?:you|it) whole\b",),
        (
            words("(the|your)_(money|funds|payment|amount|sum)"),
            r"\bon (?:its|the|their) way\b"
            r"|\b(?:arriv|land|reach|show|appear)\w*\b.{0,20}\b(?:bank|account|card|statement)",
        ),
        unless=r"\bof charge\b",
    )
    + ways(
        (NOT, r"\bout of pocket\b|\blos(?:e|ing) (?:any|a|your) (?:money|cent|penny)\b", YOU),
        negated=True,
    ),
    "free": ways(
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
                " inspection replacements? servic* parts?"
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
    )
    + ways(
        (
            r"\b(?:at|with|for|under|is|be|are|without) (?:no|any|zero) (?:\w+ ){0,2}(?:cost|charge|expense|fee)s?\b",
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
    ),
    "guarantee": GUARANTEE,
    "waiver": ways(
        (words("waiv(e|ed|es|ing|er)"),),
        (words("exempt(s|ed)?"), rf"\byou\b|{FEE}"),
        (FEE, DROPS),
        unless=KEEPS_FEE,
    )
    + ways(
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
                " (for|just_this|only_this)_once this_one_time (an?|as_a)_one-?off"
                " special_(arrangement|permission) as_a_(\\w+_)?gesture out_of_courtesy"
                " bend*_(a|our|the)_(\\w+_)?(rules?|polic*) look_the_other_way"
                " let_(it|this|that|the_\\w+|your_\\w+)_(slide|slip|go_through|through)"
            ),
        ),
        (
            WE,
            words(
                "exten(d|ds|ded|ding|sion) prolong* stretch* push*_back postpon* relax* lengthen*"
                " mov(e|ed|ing) shift* reset* reopen* reinstat* overrid* overrul* waiv* suspend*"
                " set_(\\w+_){0,3}aside lift* bypass* bend* skip*"
            ),
            rf"{RULE}|\b(?:day|week)s?\b",
            rf"{YOU}|{words('return return_window deadline case')}",
        ),
        (
            WE,
            r"\bset (?:\w+ ){0,3}aside\b|"
            + words("overrid* overrul* bend* bypass* relax* disregard*"),
            r"\b(?:our|the|this|that|usual|normal)\b.*"
            + words("rules? polic(y|ies) deadline terms"),
        ),
        (
            words("deadline (return|time)_(window|period|limit)"),
            words("extended moved lengthened prolonged lifted postponed shifted waived relaxed"),
        ),
        (
            words("(got|have|received|given)_(\\w+_)?(approval|permission|clearance)"),
            words("return late exception take accept outside case policy"),
        ),
        (
            words("approv* agreed permission clear(ed)? allowed okayed signed_off let"),
            words("manager supervisor boss team_lead"),
            words("return late exception take accept outside case policy it this you"),
        ),
        (
            words("late opened used") + r" (?:return|\w+)",
            words("approved accepted cleared allowed granted authori[sz]ed waved_through"),
        ),
        (
            words("count* treat* regard* consider* log* record* book*"),
            words("(as|like)_.{0,20}(in|on)_time (as|like)_.{0,20}timely within_the_\\w+"),
        ),
        (words("extension"), words("grant* approv* you_an_extension extension_of_(the|your)")),
        (words("overlook* ignor* disregard* forget* blind_eye"), rf"{RULE}|\blate\b"),
        (
            words(
                "(extra|additional|more|further|another)_(\\w+_)?(days?|weeks?|months?|time|year)"
            ),
            GIVES + "|" + words("allow* let_you you_(can|may|have) tak(e|ing)"),
            YOU,
        ),
        (
            WE,
            words("(outside|beyond|against)_(of_)?(our|the)_(\\w+_)?(policy|rules?|terms)"),
            words("ma(k|d)e do did arrang* help* can"),
        ),
    )
    + ways((LATE, ACCEPTS), apart=True)
    + ways(
        (
            NOT,
            words("need have_to requir* matter* mind* insist* ask* necessary"),
            USED,
            words("return* accept* take_(it|the|your) back this_time in_your_case for_you receipt"),
        ),
        (
            r"\b(?:normally|usually|generally|ordinarily|strictly|as a rule|not something"
            r"|outside (?:of )?(?:our|the)|against (?:our|the)|isn't (?:\w+ )?(?:possible|allowed))\b"
            r".*(?:\b(?:but|however|though|still|yet)\b|[;,\u2013\u2014]).*"
            r"(?:\b(?:we|i)(?:'ve|'ll| have| will| can|'m| am| shall)?\b|\bgo ahead\b)"
            r"(?: \w+)? "
            + words(
                "accept* allow* approv* arrang* authori[sz]* ma(k|d)e take take_it tak(en|ing) took"
                " agree* grant* honou?r* do_it did_it cleared let and_(send|return)"
            )
            + r"(?!.*n't)",
            words(
                "polic(y|ies) rules? deadline return* accept* take allow* possible do_(this|that|it) this"
            ),
        ),
        negated=True,
        apart=True,
    )
    + ways(
        (NOT, RULE, words("appl(y|ies) count(s)? hold(s)? matter(s)?"), r"\byou\b|\bcase\b"),
        negated=True,
    ),
    "replacement": ways(
        (words("replacements? substitutes?") + r"(?! (?:parts? (?:can|for)|cost))",),
        (words("we i let_me our courier"), SENDS, OTHER),
        (
            WE,
            r"\b(?:chang(?:e|ing)|trad(?:e|ing)|switch(?:ing)?)\b.* for (?:an?|another|the|your)\b",
        ),
        (
            words("broken faulty defective damaged old torn cracked lost missing wrong your"),
            words(
                "(will_be|is_being|has_been|gets|was|is|are)_(replaced|exchanged|swapped|renewed)"
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
    ),
    "discount": ways(
        (GIFT,),
        (PRICE, LESS, rf"{WE}|{YOU}"),
        (
            WE,
            r"\b(?:(?:knock|shav|slash)\w* (?:\S+ ){0,6}off|mark\w* (?:\S+ ){0,5}down)\b"
            r"|\b(?:tak|took|cut)\w* (?:\S+ ){0,4}?(?:euros?|dollars?|pounds?|money|percent|%|bit"
            r"|something|third|half|quarter|fifth|tenth|price) (?:\S+ ){0,3}?off\b"
            r"|\b(?:honou?r|match|adjust|meet)\w* (?:\S+ ){0,4}(?:price|offer|rate|deal)\b",
        ),
        (words("com(e|es|ing)_off come_off"), words("euros? dollars? pounds? percent %")),
        (CREDIT, GIVES),
        (WE, r"\bcredit(?:ed|ing)?\b (?:you|your|the|any|it|this|that|to)\b"),
        (
            words(
                "credit(ed|ing|s)?_(to_)?your_account (credit|bonus|gift)_(on|to|for|in)_(you|your)"
            ),
        ),
        (words("as_(an_apology|a_thank_you|a_thank-you|a_token)"), GIVES),
        (words("(use|enter)_(the_|this_)?code_\\w+_(at|when|for|in)"),),
        (
            r"\b(?:use|enter|with|your|the|a|this|here's)\b.*\bcodes?\b",
            words("checkout off discount promo voucher"),
        ),
        (words("(something|a_bit|a_little|money|some)_off off_(your|the)_(price|bill|next)"),),
    )
    + ways(
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
    ),
    "compensation": ways(
        (words("compensat* indemni* recompens* amends"),),
        (words("ma(k|d)*_(it|this|that|things|everything)_up_to_you"),),
        (HARM, PAYS),
        (
            WE,
            r"\b(?:cover|settl|bear|tak\w+ (?:on|over)|assum|refund|reimburs)\w*\b",
            YOU,
            words("costs? fees? bill"),
        ),
        (words("insur(er|ance)"), PAYS),
        (r"\b(?:we|i|to|this|that|it|which)\b.*\bma(?:k|d)\w* up for\b",),
        (r"\bworth your while\b|\bmake (?:it|this|that|things) up\b|\bowe you one\b",),
        (words("reward*"), YOU),
        (
            WE + "|" + YOU,
            GIVES,
            words(
                "(something|a_little_something)_(extra|special|nice|small) (small|little|free|thank-?you)_(gift|present)"
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
            r"(?:[€$£] ?\d+|\b(?:\d+|ten|twenty|thirty|fifty) ?(?:euros?|dollars?|pounds?))\b",
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
    ),
}
THEMES = tuple(COMMITMENTS)
