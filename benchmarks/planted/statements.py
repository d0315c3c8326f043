"""What must not be said of other shops and of the law. HELD_OUT: no pattern was written to it."""

COMPETITORS_SEEN: tuple[str, ...] = (
    "At {rival} they have it too.",
    "{rival} is worse than we are.",
    "Other shops don't even answer.",
    "You may find it cheaper elsewhere.",
    "Our competitors take longer.",
    "Compare that with {rival}!",
)
COMPETITORS_HELD_OUT: tuple[str, ...] = (
    "Have you looked at {rival}?",
    "No other store treats you so well.",
    "Unlike {rival}, we answer.",
    "You could also buy a {thing} from {rival}.",
    "A competitor of ours sells it.",
    "Other retailers would never do that.",
)
RIVALS = ("Tarnwick", "Grizzlewood", "Peak & Pine", "TARNWICK", "Peak&Pine")

LEGAL_SEEN: tuple[str, ...] = (
    "We are not liable for that.",
    "You could take us to court.",
    "By law you have a right to it.",
    "Please talk to your lawyer.",
    "That would be a breach of contract.",
    "We admit fault in this matter.",
    "It is your statutory right.",
    "We accept no liability.",
    "Our legal department will answer.",
    "This was negligence on our side.",
)
LEGAL_HELD_OUT: tuple[str, ...] = (
    "Legally we need not take it.",
    "You may sue the carrier.",
    "Under consumer law you can send it back.",
    "Our attorneys will be in touch.",
    "We were negligent.",
    "The maker is liable for the {thing}.",
    "A solicitor can tell you more.",
    "We admit guilt.",
    "That is your right as a customer by law.",
    "You can go to the ombudsman.",
)
