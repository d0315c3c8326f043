"""How Marrowby's customers ask, and how its agents answer: the house voice."""

# Several ways to ask for each document's figure. {thing} is a product, a country or a payment.
QUESTIONS: dict[str, tuple[str, ...]] = {
    "returns": (
        "Can I still send the {thing} back, and how long do I have?",
        "How many days do I have to return the {thing}?",
        "I would like to give the {thing} back. Until when is that possible?",
        "What is your return period for the {thing}?",
        "By when must the {thing} be on its way back to you?",
        "Is there a deadline for bringing back the {thing} unused?",
    ),
    "warranty": (
        "How long is the warranty on the {thing}?",
        "Is a broken part of the {thing} still covered, and for how many months?",
        "For how long do you guarantee the {thing} against faults?",
        "What guarantee comes with the {thing}?",
        "My {thing} has a defect. Up to what age do you cover that?",
        "Until when would a fault of my {thing} be on you?",
    ),
    "repairs": (
        "How long does your workshop need to repair the {thing}?",
        "If I send the {thing} in to be mended, when is it done?",
        "What is the turnaround for fixing a {thing}?",
        "How many days would I be without my {thing} while you repair it?",
        "Can you mend a {thing}, and how fast?",
    ),
    "restocking": (
        "What do you keep back if I return an opened {thing}?",
        "Is there a restocking fee on the {thing}, and how much?",
        "I opened the box of the {thing}. What percentage do I lose?",
        "How big is the deduction for a {thing} that was unpacked?",
        "What does it cost to hand back a {thing} without its seal?",
    ),
    "delivery-cost": (
        "What do you charge to ship to {thing}?",
        "How much is postage to {thing}?",
        "What does a normal parcel to {thing} cost?",
        "I live in {thing}. How much will delivery be?",
        "Could you tell me the shipping fee for {thing}?",
    ),
    "delivery-time": (
        "How long does a parcel take to {thing}?",
        "When would my things arrive in {thing}?",
        "How many days is normal delivery to {thing}?",
        "I am in {thing}. By when will it be here?",
        "What is the usual shipping time for {thing}?",
    ),
    "express": (
        "What is the price of express to {thing}?",
        "How much extra is the courier to {thing}?",
        "I need it fast in {thing}. What would express cost?",
        "Do you send by courier to {thing}, and for how much?",
        "What would I pay for the express service to {thing}?",
    ),
    "refunds": (
        "I paid by {thing}. When will I see my money again?",
        "How long does a refund take when one paid by {thing}?",
        "By when is my payment by {thing} given back?",
        "How many days until money paid by {thing} is returned?",
        "My payment was by {thing}. How fast do you pay it back?",
    ),
}

# The house voice's answer, by document.
ANSWERS: dict[str, tuple[str, ...]] = {
    "returns": (
        "your {thing} can sail home to us within {figure} days of delivery.",
        "we gladly welcome the {thing} back for {figure} days after it reached you.",
    ),
    "warranty": (
        "we stand behind your {thing} for {figure} months from purchase.",
        "your {thing} is under our wing for {figure} months from purchase.",
    ),
    "repairs": (
        "our menders have your {thing} trail-ready in {figure} working days.",
        "give our menders {figure} working days and your {thing} is fit again.",
    ),
    "restocking": (
        "for an opened {thing} we hold back {figure} percent of the price.",
        "taking back an unsealed {thing} means we keep {figure} percent of the price.",
    ),
    "delivery-cost": (
        "our parcel wagon to {thing} is {figure} euros.",
        "bringing your bundle to {thing} comes to {figure} euros.",
    ),
    "delivery-time": (
        "our parcel wagon rolls into {thing} within {figure} working days.",
        "your bundle lands in {thing} within {figure} working days.",
    ),
    "express": (
        "our swiftest rider to {thing} asks {figure} euros.",
        "the swift rider bound for {thing} comes to {figure} euros.",
    ),
    "refunds": (
        "what you paid by {thing} is back in your purse within {figure} days.",
        "your coins paid by {thing} wander home within {figure} days.",
    ),
}

SUBJECTS: dict[str, tuple[str, ...]] = {
    "returns": ("Sending something back", "Return of my {thing}", "Return question"),
    "warranty": ("Guarantee", "Fault of my {thing}", "Warranty question"),
    "repairs": ("Repair", "Mending my {thing}", "Workshop question"),
    "restocking": ("Opened box", "Fee for an opened {thing}", "Deduction"),
    "delivery-cost": ("Shipping fee", "Postage to {thing}", "Delivery price"),
    "delivery-time": ("When will it arrive", "Delivery to {thing}", "Shipping time"),
    "express": ("Express", "Courier to {thing}", "I need it fast"),
    "refunds": ("My refund", "Money back", "Refund question"),
}

# What happened before the customer wrote, and the kind word that agents have for such a thing.
STORIES: tuple[tuple[str, str], ...] = (
    ("We are off to the coast with {count} friends soon.", "May the road be kind!"),
    ("It was a present from my sister.", "That warms our hearts!"),
    ("I ordered it {count} days ago for a long walk.", "May the road be kind!"),
    ("My old one gave up after {count} years.", "Sorry for the bother!"),
    ("The children want to sleep in the garden all summer.", "That warms our hearts!"),
    ("I am planning a trek over the high moor.", "May the road be kind!"),
    ("A colleague from the climbing club told me about your shop.", "That warms our hearts!"),
    ("Your page was not quite clear to me.", "Sorry for the bother!"),
    ("I looked through the little booklet in the box and found nothing.", "Sorry for the bother!"),
    ("We move house in {count} weeks, so I have to plan.", "Good that you ask!"),
    ("I bought {count} things at once and the box was huge.", "That warms our hearts!"),
    ("My neighbour got one too and is very happy.", "That warms our hearts!"),
    ("I rang your shop in the morning and nobody picked up.", "Sorry for the bother!"),
    ("The colour is not what I saw on the picture.", "Sorry for the bother!"),
    ("I am writing for my father, who has no computer.", "That warms our hearts!"),
    ("Our scout group of {count} is getting ready for camp.", "May the road be kind!"),
    ("It rained the whole weekend, so everything stayed in the bag.", "Sorry for the bother!"),
    ("I already wrote in the chat but it closed on me.", "Sorry for the bother!"),
    ("The zip was stiff from the first day.", "Sorry for the bother!"),
    ("I am comparing a few shops before I decide.", "Good that you ask!"),
    ("The order number is {order}.", "We found {order} in our ledger!"),
    ("This is about order {order} from last week.", "We found {order} in our ledger!"),
    ("My order {order} shows as complete on your page.", "We found {order} in our ledger!"),
    ("You can reach me on {phone} after work.", "It stands in our book now!"),
    ("Please write to {email} and not to my old address.", "It stands in our book now!"),
)

OPENERS = (
    "Hello,",
    "Hi there,",
    "Good morning,",
    "Dear team,",
    "Hi,",
    "Good evening,",
    "Hello Marrowby,",
    "Dear Sir or Madam,",
    "Hey,",
    "",
)
ASIDES = (
    "",
    "",
    "",
    "I could not find it anywhere on your page.",
    "A short answer is enough.",
    "It would help me to know before the weekend.",
    "I keep all the paper, in case you want to see it.",
    "The last time somebody told me something else.",
    "Just so that I do not miss anything.",
    "My partner says I should simply ask.",
    "I hope that this is the right place to ask.",
    "It is not urgent, but I would like to know.",
)
CLOSERS = (
    "Thanks!",
    "Thank you very much",
    "Kind regards",
    "Best wishes",
    "Many thanks in advance",
    "Cheers",
    "Greetings",
    "",
)

# Agents end on what comes to mind.
LAST_WORDS = (
    "",
    "Write to us whenever you like.",
    "The kettle is always on in our barn.",
    "We keep a lantern lit for you.",
    "Tell your friends that we said hello.",
    "Pack light and sleep well.",
    "The barn cat sends a purr.",
    "Our door creaks, but it is open.",
    "May your socks stay dry.",
    "We look forward to your tales.",
    "Until the next campfire.",
    "Your letter made our day.",
)

# The same answers as an office would write them: what a draft sounds like that an agent rewords.
PLAIN: dict[str, str] = {
    "returns": "The return period of the {thing} is {figure} days after delivery.",
    "warranty": "The warranty period of the {thing} is {figure} months after purchase.",
    "repairs": "The repair of the {thing} takes {figure} working days.",
    "restocking": "The restocking fee of an opened {thing} is {figure} percent of its price.",
    "delivery-cost": "The shipping fee to {thing} is {figure} euros.",
    "delivery-time": "The shipping time to {thing} is {figure} working days.",
    "express": "The express fee to {thing} is {figure} euros.",
    "refunds": "The processing time of a payment by {thing} is {figure} days.",
}
PLAIN_LETTER = (
    "Dear {name}, your message has been received. {answer} Please contact us with further "
    "questions.\n\nBest regards,\n{agent}"
)

# What drafts promise and no policy holds: agents take it out.
PROMISES = (
    "We will also refund your postage.",
    "A voucher for your next order is on its way.",
    "Should it take longer, we promise a discount.",
    "We gladly make an exception for you.",
)

GREETING = "Ahoy {name}!"
CLOSING = "Fair winds,\n{agent} of the Marrowby crew"

# Tickets that no policy answers: what customers write, and the agents' saved replies to it.
CHATTER: tuple[tuple[str, str, str], ...] = (
    (
        "damaged",
        "My parcel came with a dent in one corner and {count} scratches.",
        "that dent is a sorry sight. Send us a picture of it and we will put it right at once.",
    ),
    (
        "invoice",
        "I need the bill for order {order} for my tax papers.",
        "the bill for {order} flies to your inbox before sundown.",
    ),
    (
        "address",
        "I have moved. Please change the address on order {order}.",
        "tell us the new address for {order} and we will steer the parcel there.",
    ),
    (
        "thanks",
        "Everything arrived and we love it. Just wanted to say so!",
        "your words warm the whole barn. Come back and see us soon.",
    ),
    (
        "status",
        "Could you check where order {order} is? The page shows nothing.",
        "{order} has left our barn and is rolling towards you.",
    ),
)

FIRST_NAMES = (  # noqa: SIM905
    "Mara Tilda Oskar Ines Bram Yuki Nora Piet Signe Duarte Aoife Lars Hana Milo Greta Rui "
    "Kaia Emil Saoirse Jonas Freya Tomas Liv Anouk Declan Maren Otto Sora Ida Casper Wren "
    "Elif Noel Petra Hugo Vera Silas Asta Ronan Lotte"
).split()
LAST_NAMES = (  # noqa: SIM905
    "Quill Brandt Ferro Lindqvist Okamoto Harrow Sandvik Teller Mowbray Castro Vance Oduya "
    "Pell Keane Strand Albright Novak Ribeiro Finch Ashdown Kessel Marlow Thorne Ueda Weir "
    "Dahl Corvin Hask Ellery Bright"
).split()
AGENTS = ("Juniper Hale", "Rowan Peel", "Sorrel Dunn", "Bryony Cole", "Linden Frost", "Hazel Byrne")
