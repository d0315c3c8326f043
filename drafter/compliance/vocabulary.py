"""Words and groups of words that commitments are made of, as regular expressions."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """Expressions that all stand in one clause, or in one sentence if `apart`.

    `unless`: it doesn't speak of it where this stands in the clause too.
    `negated`: they hold a "not" of their own, as in "you don't pay", so that one refuses nothing.
    `content`: what follows is what is promised, and a "not" in it too: "we promise not to".
    `regardless`: a condition, or what the customer may do, is part of it: "if it breaks, we"
        " mend it".
    """

    parts: tuple[re.Pattern[str], ...]
    unless: re.Pattern[str] | None = None
    negated: bool = False
    content: bool = False
    apart: bool = False
    regardless: bool = False

    def find(self, clause: str) -> tuple[int, int] | None:
        """From the first part to the last; None where one is missing."""
        if self.unless is not None and self.unless.search(clause):
            return None
        spans = []
        for part in self.parts:
            match = part.search(clause)
            if match is None:
                return None
            spans.append(match.span())
        return min(start for start, _ in spans), max(end for _, end in spans)


def words(text: str) -> str:
    """An expression for one of these words: `*` is any ending, `_` a space."""
    inner = "|".join(word.replace("*", r"\w*").replace("_", " ") for word in text.split())
    return rf"\b(?:{inner})\b"


def ways(*parts: tuple[str, ...], unless: str | None = None, **how: bool) -> list[Words]:
    but = re.compile(unless, re.I) if unless else None
    return [Words(tuple(re.compile(part, re.I) for part in way), but, **how) for way in parts]


WE = words("we i us me our my let_us let_me")
YOU = words("you your yours")
NOT = r"(?:\bnot\b|n't\b|\bnever\b|\bnothing\b|\bno longer\b|\bwithout\b)"
# A sum or a share: "20 euros", "$5", "15 %", "a third".
AMOUNT = (
    r"(?:[€$£] ?\d|\b(?:\d+|an?|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty"
    r"|forty|fifty"
    r"|sixty|hundred) ?(?:euros?|dollars?|pounds?|cents?|%|per ?cent)(?!\w)"
    r"|\b(?:half|an? (?:third|quarter|fifth|tenth))\b)"
)
# Something is handed over, or comes by itself.
GIVES = words(
    "sen(d|ds|ding|t) ship(s|ped|ping)? g(ive|ives|iving|iven|ave) offer* provid* issu* includ*"
    " add(s|ed|ing)? put(s|ting)? mail(s|ed|ing)? post(s|ed|ing)? arrang* order(ed|ing)"
    " pack(s|ed|ing)? enclos* attach* get(s|ting)? got receiv* prepar* organi[sz]* dispatch*"
    " hand(s|ed|ing)? deliver* com(e|es|ing) leav(e|es|ing) arriv* forward* book(s|ed|ing)?"
    " ha(ve|s|d) find(s)? enjoy* accept* wait(s|ing)? on_(its|the|their)_way reach(es|ing)?"
    " follow(s|ing)? appl(y|ies|ied|ying) grant* approv* credit(s|ed|ing)? deserv* entitled yours"
    " there_(is|are|will_be) there's here_(is|are) here's load* deposit* throw* treat* present*"
    " owe(s|d)? earn* top(ped)?_up set_up go(es|ing)?_(out|to) pay(s|ing)? paid promis*"
)
SENDS = words(
    "sen(d|ds|ding|t) ship(s|ped|ping)? g(ive|ives|iving|iven|ave) provid* get(s|ting)?"
    " post(s|ed|ing)? mail(s|ed|ing)? order(ed|ing) pack(s|ed|ing)? dispatch* deliver* arrang*"
    " hand(s|ed|ing)? forward* prepar* offer(s|ed|ing)? bring(s|ing)? put_(in|up|aside)"
)
COMES = words(
    "(be|is|are)_with_you waiting reserved packed be_there com(e|es|ing) leav(e|es|ing)"
    " ship(s|ped|ping)? arriv* on_(its|the)_way follow(s|ing)? sent"
    " yours shipped posted mailed dispatched delivered ordered booked reach(es)?_you"
    " go(es|ing)?_out out_(to_you|today|tomorrow|tonight) dispatched headed"
)
YOU_GET = (
    r"\byou(?:'ll| will|'re| are| shall| can(?= expect))? (?:\w+ )?(?:get|getting|receiv\w+"
    r"|have|be sent"
    r"|expect|be given)\b"
)

MONEY = words(
    "money payments? amount sum cash funds price (the|your)_cost cent penny deposit difference"
    " what_you('ve|_have)?_(paid|spent) (full|whole|entire|total)_charge"
)
BACK = (
    r"(?:\b(?:return(?:s|ed|ing)|revers\w+|recredit\w*|again)\b"
    r"|(?<!hold )(?<!holds )(?<!keep )(?<!taking )(?<!take )(?<!takes )\bback\b)"
)
PAYS = words(
    "cover(s|ed|ing)? pay(s|ing)? paid bear(s|ing)? borne absorb* foot(s|ing)? shoulder* settl*"
    " pick*_up tak(e|es|ing|en)_(care_of|over|on) took_(over|on) carr(y|ies|ied)"
    " ma(ke|kes|king|de)_good reimburs* on_(our|the_company's)_account swallow*"
    " refund(s|ed|ing)? compensat*"
)
FEE = words(
    "fees? (?<!of_)charges? costs? penalt(y|ies) surcharges? deductions? deposit bills? invoices?"
    " dut(y|ies) tax(es)? customs premium arrears tariffs?"
    " postage shipping debts? (outstanding|remaining|unpaid|open|your)_balance fines?"
    " (outstanding|open|remaining)_(amount|sum|payment) what_you_(still_)?owe"
)
DROPS = words(
    "waiv* drop(s|ped|ping)? remov* cancel* lift(s|ed|ing)? delet* strik* struck stricken skip*"
    " forgiv* forget forgo* forego* clear(s|ed|ing)? void* annul* eras* suspend* exempt* revers*"
    " gone scrap* overlook* ignor* disregard* absorb* swallow* excus* releas*"
    " spar(e|ed|ing)_you settled"
    " refrain* credited abolish* withdraw* withdrew omit* leav(e|ing)_out left_out"
    " fall(s|en)?_(away|off) dismiss* quash* refund* (is|are|be)_(gone|off|void|history)"
    " taken_care_of nil zero"
    " (writ*|wrote|tak*|took|knock*|let*|cross*|com(e|es|ing))_(\\w+_){0,4}(off|out)"
    " off_(your|the)_(bill|invoice)"
)
CHARGES = words(
    "appl* (?<!of_)charg(e|es|ed|ing) tak* ask* keep* deduct* bill* collect* owe(s|d)?"
    " lev(y|ied|ies) add(s|ed)? hold* fac(e|ed) incur* withh* retain* pay(s|ing)? paid due"
    " count* demand* impos* requir* insist* be"
    " there is will want(s|ed)? need*"
)
# "We can't drop the fee" and "we don't know the fee" let nobody off.
KEEPS_FEE = (
    r"(?:\bnot|n't|\bnever|\bcannot|\bunable to|\bunfortunately)\b(?: \w+)? (?:waiv|drop|remov"
    r"|cancel|refund|cover"
    r"|reduc|lower|know|see|sure|find|clear|includ|recogni|free|receiv|offer|accept|understand"
    r"|allow|able|possible)"
)
# Not one that was paid with: "money paid by gift voucher".
GIFT = (
    r"(?<!by )(?<!by gift )(?<!with )(?<!for )(?<!for gift )"
    + words(
        "discount* vouchers? coupons? gift_?cards? rebates?"
        " (promo|promotion|promotional|discount)_codes? credit_notes? bonus_points"
        " (store|shop|account|goodwill|courtesy|service)_credits? loyalty_(points|bonus) freebies?"
        " cheaper (goodwill|free|small|little)_(gifts?|presents?|bonus|payment)"
        " price_(cut|reduction) (better|lower|special|reduced|half|friendlier|nicer)_price"
        " half-price"
    )
    + r"|\b(?:per ?cent|euros?|dollars?|pounds?|half|third|quarter|fifth|bit|something|some) off\b"
    r"|% off\b|[€$£] ?\d+(?:\.\d+)? off\b"
)
CREDIT = (
    r"\b(?:a|some|this|the|with|in|your|extra) (?:\w+ ){0,2}credits?\b"
    r"(?! ?(?:card|limit|check|score))|\bcredit of\b|\bapplied credit\b"
)
PRICE = words("prices? bill invoice rate total basket subscription (next|your)_(order|purchase)")
LESS = (
    words(
        "lower* reduc* cut(s|ting)? halv* slash* discount* match* drop* adjust* mark*_down"
        " bring*_down brought_down honou?r* shav* trim*"
    )
    + r"|\b(?:take|took|taken|taking|knock\w*|get|give|something|a bit|a little"
    r"|percent) (?:\w+ ){0,4}off\b"
)
HARM = words(
    "damages? damaged loss(es)? inconvenience trouble expenses? delays? hotel taxi bother harm"
    " costs_(that_)?you_had (your|those|these|all|any)_(\\w+_)?costs time weekend holiday trip"
    " what_you('ve|_have)?_(spent|lost) (train|bus|plane|rental|repair|doctor's|camp*)_(\\w+)"
    " fares? flights? tickets? hospital medical cleaning nights? ruined days_you_lost spoil(t|ed)"
    " costs_(of|for|that|which) cost_of_(your|the|a) wages earnings"
)
# Another item, and none of what support writes of all day long: accounts, mails, versions.
OTHER = (
    r"\b(?:new|another|second|fresh|brand-?new|identical|extra|(?:with|you) a working|spare"
    r"|you a different"
    r"|(?:right|correct|missing|other) (?:\w+ )?(?:size|colou?r|items?|parts?|pieces?"
    r"|model))\b(?! (?:\w+ )?"
    + words(
        "e?mails? address* accounts? messages? versions? passwords? profiles? folders? windows?"
        " tabs? links? updates? releases? questions? threads? ways? time options? features? users?"
        " customers? tickets? posts? computer device days? weeks? months? years? error* files?"
        " pages? setup test lines? column* screens? servers? topics?"
    )
    + ")"
)
RULE = words("deadlines? periods? polic(y|ies) windows? time rules? limits? date warranty terms")
# What a thing should not be, or should have with it, when it comes back.
USED = words(
    "used worn wore opened washed dirty scratched receipt proof_of_purchase price_tags? tags"
    " (its|the|original)_(original_)?(box|packaging|package|wrapping|labels?|tags?)"
)
LATE = (
    rf"\b(?:after|past|beyond|outside(?: of)?|despite|in spite of|later than|even though"
    rf"|even if|although|though|without"
    rf"|exceed\w*)\b.{{0,40}}(?:{RULE}|{USED}"
    r"|\b(?:expired|over|ended|(?<!set )up|passed|gone by|run out)\b)|\b(?:late|expired|anyway"
    r"|nevertheless|nonetheless"
    r"|regardless"
    r"|all the same|this (?:once|time))\b"
)
ACCEPTS = words(
    "accept* allow* take(s|n)? took taking honou?r* agree* (will|can)_do"
    " (will|can|may|could)_still let_you permit* make_(it|this)_(work|possible)"
    " (can|may|could)_(still_)?(return|send|exchange|bring|hand|come|arrive|keep) return_it"
    " ma(k|d)*_an?"
    " approved (let|put)_(\\w+_){0,3}through"
)
