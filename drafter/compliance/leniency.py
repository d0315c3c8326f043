"""Rules that shall not hold this once."""

from drafter.compliance.vocabulary import (
    ACCEPTS,
    GIVES,
    LATE,
    NOT,
    RULE,
    USED,
    WE,
    YOU,
    Words,
    ways,
    words,
)

EXCEPTION: list[Words] = (
    ways(
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
            words(
                "back by_(a|one|two|another|some)_\\w+ extended moved lengthened prolonged"
                " lifted postponed shifted waived relaxed"
            ),
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
        (WE, words("flexible lenient generous leeway"), RULE),
        (r"\byou(?:'ll)? (?:\w+ )?have (?:time )?until\b", words("instead longer")),
        (
            WE,
            GIVES,
            words("(an?|another|extra|more|further)_(\\w+_)?(fortnight|grace_period|leeway)"),
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
            r"|our (?:\w+ )?(?:rule|policy|limit|deadline) is|later than"
            r"|outside (?:of )?(?:our|the)|against (?:our|the)|isn't (?:\w+ )?(?:possible"
            r"|allowed))\b"
            r".*(?:\b(?:but|however|though|still|yet)\b|[;,\u2013\u2014]).*"
            r"(?:\b(?:we|i)(?:'ve|'ll| have| will| can|'m| am| shall)?\b|\bgo ahead\b)"
            r"(?: \w+)? "
            + words(
                "help accept* allow* approv* arrang* authori[sz]* ma(k|d)e take take_it"
                " tak(en|ing) took"
                " agree* grant* honou?r* do_it did_it cleared let and_(send|return)"
            )
            + r"(?!.*n't)",
            words(
                "polic(y|ies) rules? deadline return* accept* take allow* possible"
                " do_(this|that|it) this"
            ),
        ),
        negated=True,
        apart=True,
    )
    + ways(
        (NOT, RULE, words("appl(y|ies) count(s)? hold(s)? matter(s)?"), r"\byou\b|\bcase\b"),
        negated=True,
    )
)
