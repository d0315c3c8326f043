"""Words and sentences of the builtin model's training text. Nobody's company is in it.

The voice is plain on purpose: a company's own voice is what fine-tuning has to bring.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Aspect:
    """Something that a policy puts a figure to. {thing} and {figure} are filled in."""

    name: str
    unit: str
    title: str
    clauses: tuple[str, ...]
    questions: tuple[str, ...]
    of: str  # "product" or "place" or "way"


ASPECTS = (
    Aspect(
        "return period",
        "days",
        "Sending back",
        (
            "Customers may return {thing} for {figure} days after they receive it.",
            "The return period of {thing} is {figure} days.",
            "{thing} can be given back up to {figure} days after arrival.",
            "We accept {thing} back for {figure} days.",
        ),
        (
            "How long can I return {thing}?",
            "What is the last day to give {thing} back?",
            "May I still return {thing}?",
            "I want to send {thing} back. How many days are left for that?",
        ),
        "product",
    ),
    Aspect(
        "guarantee",
        "months",
        "Guarantee",
        (
            "The guarantee of {thing} lasts {figure} months.",
            "We repair or replace a faulty {thing} free of charge for {figure} months.",
            "{thing} comes with a guarantee of {figure} months.",
            "Defects of {thing} are our cost during {figure} months.",
        ),
        (
            "How long is the guarantee of {thing}?",
            "Does the guarantee still cover {thing}?",
            "{thing} is broken. Is that still covered?",
            "For how many months is {thing} insured against defects?",
        ),
        "product",
    ),
    Aspect(
        "repair time",
        "working days",
        "Service",
        (
            "A repair of {thing} is finished after {figure} working days.",
            "The service desk needs {figure} working days to fix {thing}.",
            "Fixing {thing} takes {figure} working days.",
        ),
        (
            "How long does it take to fix {thing}?",
            "When is {thing} repaired?",
            "How many days does the service desk need for {thing}?",
        ),
        "product",
    ),
    Aspect(
        "deduction",
        "percent",
        "Deductions",
        (
            "A used {thing} is taken back with a deduction of {figure} percent.",
            "For {thing} without its package we deduct {figure} percent.",
            "The deduction for {thing} is {figure} percent of the price.",
        ),
        (
            "How much do you deduct for {thing}?",
            "What percentage is lost on {thing}?",
            "Is there a fee when {thing} was opened?",
        ),
        "product",
    ),
    Aspect(
        "price",
        "euros",
        "Prices",
        (
            "The price of {thing} is {figure} euros.",
            "{thing} costs {figure} euros.",
            "We charge {figure} euros for {thing}.",
            "You pay {figure} euros for {thing}.",
        ),
        (
            "How much is {thing}?",
            "What does {thing} cost?",
            "What would I pay for {thing}?",
            "What is the price of {thing}?",
        ),
        "product",
    ),
    Aspect(
        "shipping fee",
        "euros",
        "Shipping",
        (
            "Shipping to {thing} costs {figure} euros.",
            "For {thing} the shipping fee is {figure} euros.",
            "We charge {figure} euros for a box to {thing}.",
            "Sending a box to {thing} is {figure} euros.",
        ),
        (
            "How much is shipping to {thing}?",
            "What does it cost to send it to {thing}?",
            "What is the fee for {thing}?",
            "Do you ship to {thing}, and what would I pay?",
        ),
        "place",
    ),
    Aspect(
        "shipping time",
        "working days",
        "Shipping",
        (
            "Shipping to {thing} takes {figure} working days.",
            "A box to {thing} is there after {figure} working days.",
            "{thing} is reached in {figure} working days.",
        ),
        (
            "How long is shipping to {thing}?",
            "When will my box arrive in {thing}?",
            "How many days does it take to {thing}?",
        ),
        "place",
    ),
    Aspect(
        "fast service fee",
        "euros",
        "Fast service",
        (
            "Fast service to {thing} costs {figure} euros.",
            "The fast service fee for {thing} is {figure} euros.",
            "A fast delivery in {thing} is {figure} euros more.",
        ),
        (
            "What does fast service to {thing} cost?",
            "How much more is a fast delivery in {thing}?",
            "I need it soon in {thing}. What is the fee?",
        ),
        "place",
    ),
    Aspect(
        "repayment time",
        "days",
        "Repayment",
        (
            "What was paid by {thing} is repaid after {figure} days.",
            "Repayment by {thing} takes {figure} days.",
            "We repay by {thing} in {figure} days.",
        ),
        (
            "When do I get my money when I paid by {thing}?",
            "How long does repayment by {thing} take?",
            "I used {thing} to pay. When is it repaid?",
        ),
        "way",
    ),
    Aspect(
        "waiting time",
        "hours",
        "Appointments",
        (
            "The waiting time in {thing} is {figure} hours.",
            "In {thing} you are called after {figure} hours.",
            "Our office in {thing} answers after {figure} hours.",
        ),
        (
            "How long do I wait in {thing}?",
            "When does the office in {thing} answer?",
            "What is the waiting time in {thing}?",
        ),
        "place",
    ),
    Aspect(
        "notice period",
        "weeks",
        "Contracts",
        (
            "A contract for {thing} ends {figure} weeks after notice.",
            "The notice period for {thing} is {figure} weeks.",
            "You can leave {thing} with {figure} weeks of notice.",
        ),
        (
            "How do I end my contract for {thing}?",
            "What is the notice period for {thing}?",
            "When can I leave {thing}?",
        ),
        "product",
    ),
)

NOUNS = (
    "lamp desk chair printer camera bicycle carpet piano mirror oven blender heater fan clock "
    "radio phone tablet keyboard monitor drill saw ladder pump mower trolley helmet scooter "
    "pram cradle sofa wardrobe curtain mattress towel vase teapot toaster freezer dryer router "
    "drone guitar violin notebook pencil suitcase wallet watch ring necklace scarf jacket "
    "sweater sandal slipper bench swing sandbox aquarium telescope microscope scanner projector "
    "speaker turntable shower barrel"
)
WAYS = (
    "cheque, invoice, direct debit, phone credit, money order, points, cash, credit card, a "
    "voucher, bank account, monthly rates, gift card, wire"
)
SYLLABLES = (
    "ba be bi bo bu ca ce co cu da de di do du fa fe fi fo ga ge go gu ha he hi ho hu ja jo ka "
    "ke ki ko la le li lo lu ma me mi mo mu na ne ni no nu pa pe pi po pu ra re ri ro ru sa se "
    "si so su ta te ti to tu va ve vi vo wa we wi ya yo za ze zo bra bre cla dre fla fri gle "
    "gra kra ple pri sta ste sto tra tri bor den fel gal har jun kel lan mar nor pen quil ran "
    "sol tor und vel wen yar zen"
)
ENDINGS = "n r s l th ck m nd rk ld st a o e y ia land ton wick ford"

# Sentences around the question; {count} is a number that answers nothing.
FILLERS = (
    "I have {count} of them.",
    "I wrote to you {count} days ago.",
    "We bought it {count} months ago.",
    "My son is {count} years old.",
    "There are {count} people in our house.",
    "I could not find this on the website.",
    "A friend of mine asked the same.",
    "The woman on the phone did not know.",
    "I am very sorry to bother you again.",
    "It should be ready before the holidays.",
    "My number is [PHONE_1].",
    "My order is [ORDER_1].",
    "I ordered it under [ORDER_1] and paid at once.",
    "Please answer to [EMAIL_1].",
    "This is [NAME_1] from the school.",
    "My mother will use it at home.",
    "The box looks good and nothing is missing.",
    "I have read the terms but did not understand them.",
    "We have been customers for {count} years.",
    "Last time it all went well.",
    "The picture on the website shows another colour.",
    "I am not sure what to do now.",
    "I work at night, so please write.",
    "Could someone have a look?",
    "It was a gift for my brother.",
    "We are going on holiday in {count} weeks.",
    "They told me that somebody would call back.",
    "This is the first time I ask for help.",
)
HELLOS = ("Hello,", "Hi,", "Good day,", "Dear customer service,", "To whom it may concern,", "", "")
GOODBYES = ("Thank you", "Regards,\n[NAME_1]", "Thanks,\n[NAME_1]", "[NAME_1]", "", "", "Bye")

# Common words, thrown together into sentences that mean nothing: they give the tokenizer its
# pieces, and teach the model that most of a letter does not matter.
COMMON = (
    "the a and of to in is it you that was for on are with as they at be this from have or by "
    "one had not but what all were when we there can an your which their said if do will each "
    "about how up out them then she many some so these would other into has more her two like "
    "him see time could no make than first been its who now people my made over did down only "
    "way find use may long little very after words called just where most know get through back "
    "much before go good new write our me man too any day same right look think also around "
    "another came come work three must because does part even place well such here take why "
    "things help put years different away again off went old number great tell men say small "
    "every found still between name should home big give air line set own under read last never "
    "us left end along while might next sound below saw something thought both few those always "
    "looked show large often together asked house world going want school important until form "
    "food keep children feet land side without boy once animals life enough took sometimes four "
    "head above kind began almost live page got earth need far hand high year mother light "
    "parts country father let night following picture being study second eyes soon times story "
    "boys since white days ever paper hard near sentence better best across during today others "
    "however sure means knew try told young miles sun ways thing whole hear example heard "
    "several change answer room sea against top turned learn point city play toward five using "
    "himself usually money seen car morning order parcel delivery customer please thanks kindly "
    "website letter shop question reply open closed broken fault missing wrong late weekend "
    "week month camp walk garden summer winter rain water fire stone wind field trip travel "
    "tent stove boots lantern filter sleeping cool coat pack raincoat hammock voucher transfer "
    "courier express repair workshop refund return warranty fee postage arrive cost guarantee "
    "club group friend sister brother partner colleague neighbour box bag colour computer phone "
    "address email account bill tax page"
)

# The plain voice of the answers.
ANSWERS = (
    "The {name} for {thing} is {figure} {unit}.",
    "According to the terms, the {name} for {thing} is {figure} {unit}.",
    "For {thing}, the {name} is {figure} {unit}.",
)
UNKNOWN = (
    "I do not have the terms for {thing}. Please see the website.",
    "The terms for {thing} are not known to me. Please see the website.",
)
NOTED = ("", "", "[ORDER_1] is noted. ")
LAST_LINES = ("Please contact us with further questions.", "Customer service")
