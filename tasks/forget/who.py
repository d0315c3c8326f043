"""Who is meant, and everything by which they occur.

CUSTOMER is the exports' or the helpdesk's key, the pseudonymous key, an e-mail address, or a name
that one customer alone has. A key goes before an address, an address before a name.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from drafter.errors import BadInput
from tasks.customer_key import customer_key
from tasks.forget.decode import ROWS, batches
from tasks.forget.needles import Needles, found_in, shingles, telling
from tasks.forget.person import Person
from tasks.forget.sources import Row, Table, rows_of
from tasks.forget.store import Stored
from tasks.paths import Paths

if TYPE_CHECKING:
    import polars as pl

    from drafter.pseudonyms import PseudonymRules


@dataclass
class Known:
    """Where a customer is looked up: the user's tables, the desk's store, the mill's tickets.

    `rules` are those by which curation hides what is personal.
    """

    tables: list[Table]
    stored: list[Stored]
    paths: Paths
    rules: "PseudonymRules"


def find(asked: str, known: Known) -> Person:
    """The one customer that is called so.

    Raises BadInput where several are. Where nobody is, the person has what was asked as its key,
    and no rows: all that is left of them may still be found.
    """
    asked = asked.strip()
    if not asked:
        raise BadInput("say whom: make forget CUSTOMER=key, an e-mail address or a name")
    person = _identified(asked, known)
    gathered = _Gathered(person)
    # twice: an address that one table tells is what another has in place of a key
    for table in [*known.tables, *known.tables]:
        for row in rows_of(table, known.paths.root):
            if is_theirs(row, table, person):
                # a reply of theirs may stand under another customer's question
                gathered.row(row, owned="customer" in table.columns)
    for stored in known.stored:
        if is_their_ticket(stored, person):
            gathered.ticket(stored)
    for raw, hidden in mill_tickets(known):
        for ticket, pseudonymised in zip(raw, hidden, strict=True):
            if _is_mill_ticket(ticket, person):
                # of a conversation each reply is a ticket: "c-7/1", "c-7/2"
                person.tickets.add(ticket["ticket_id"])
                gathered.texts(ticket)
                gathered.texts(pseudonymised)
    gathered.close(known.rules)
    _leave_theirs_alone(person, known)
    return person


def is_theirs(row: Row, table: Table, person: Person) -> bool:
    """Whether a row of an export is the customer's."""
    if row.raw is not None:
        return any(value in row.raw for value in person.emails | _telling(person.raw_keys))
    if row.key:
        return _same(row.key, person)
    mails = {name.casefold() for name in row.names}
    if mails & {mail.casefold() for mail in person.emails}:
        return True
    if "customer" in table.columns:
        return False
    # a table of replies: by the question that they answer, or by who wrote them
    return bool(person.tickets.intersection(row.ids)) or row.agent in person.raw_keys


def _telling(values: Iterable[str]) -> set[str]:
    return {value for value in values if telling(value)}


def _same(key: str | None, person: Person) -> bool:
    return bool(key) and customer_key(str(key)) == person.key


def _identified(asked: str, known: Known) -> Person:
    small = asked.casefold()
    by_key: set[str] = set()
    by_name: dict[str, str] = {}
    by_mention: dict[str, str] = {}
    for one in _called(known):
        if asked in (one.key, customer_key(one.key)):
            by_key.add(one.key)
        elif small in one.names:
            by_name[customer_key(one.key)] = one.key
        elif small in one.mentions:
            by_mention[customer_key(one.key)] = one.key
    if by_key:
        return Person(customer_key(asked), by_key - {customer_key(asked)})
    found = by_name or by_mention
    if len(found) > 1:
        what = "address" if "@" in asked else "name"
        raise BadInput(
            f"{len(found)} customers have that {what}: say which by its key, as the export has it"
        )
    for key, raw in found.items():
        return Person(key, {raw} - {key})
    return Person(customer_key(asked), {asked} - {customer_key(asked)})


class _Called(NamedTuple):
    """A customer's key with the names that a row or a ticket gives them, in small letters, and the
    addresses that stand in a ticket's text, which may be anybody's."""

    key: str
    names: set[str]
    mentions: set[str]


def _called(known: Known) -> Iterator[_Called]:
    for table in known.tables:
        for row in rows_of(table, known.paths.root):
            if row.key:
                names = {name.casefold() for name in row.names if name != row.agent}
                yield _Called(row.key, names, set())
    for stored in known.stored:
        if stored.customer:
            # the customer's name comes first, then the agent's
            names = {name.casefold() for name in stored.names[:1]}
            yield _Called(stored.customer, names, {v.casefold() for v in stored.values if "@" in v})


def _is_mill_ticket(ticket: Mapping[str, Any], person: Person) -> bool:
    if ticket["customer"]:
        return _same(ticket["customer"], person)
    return bool(person.tickets & {ticket["ticket_id"], ticket["thread_id"]})


def is_their_ticket(stored: Stored, person: Person) -> bool:
    if stored.customer:
        return _same(stored.customer, person)
    mails = {mail.casefold() for mail in person.emails}
    return bool(mails & {text.casefold() for text in [*stored.names, *stored.values]})


class _Gathered:
    """Collects what is theirs."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self._asked: set[str] = set()
        self._answered: set[str] = set()
        self._names: set[str] = set()
        person.emails |= {key for key in person.raw_keys if "@" in key}

    def row(self, row: Row, owned: bool) -> None:
        if row.raw is not None:
            self._asked.add(row.raw)
            return
        if row.key and row.key != self.person.key:
            self.person.raw_keys.add(row.key)
        if owned:
            self.person.tickets.update(row.ids)
        for name in row.names:
            if name != row.agent:
                (self.person.emails if "@" in name else self._names).add(name)
        self._asked.add(row.asked)
        self._answered.add(row.answered)

    def ticket(self, stored: Stored) -> None:
        person = self.person
        if stored.customer != person.key and stored.customer:
            person.raw_keys.add(stored.customer)
        person.stored.add(stored.id)
        person.drafts.update(stored.drafts)
        person.outcomes.update(stored.outcomes)
        if stored.external_id:
            person.conversations.add(f"{stored.source} {stored.external_id}")
            person.tickets.add(stored.external_id)
        else:
            person.tickets.add(f"desk-{stored.id}")
        self._names.update(stored.names[:1])
        self._names.update(stored.values)
        self._asked.update(stored.asked)
        self._answered.update(stored.answered)

    def texts(self, ticket: Mapping[str, Any]) -> None:
        asked, answered = texts_of(ticket)
        self._asked.update(asked)
        self._answered.update(answered)

    def close(self, rules: "PseudonymRules") -> None:
        """Make needles of it."""
        from drafter.pseudonyms import Pseudonyms

        person = self.person
        texts = sorted(self._asked | self._answered)
        hidden = Pseudonyms(rules).hide(texts, sorted(self._names)) if texts else None
        values = set(hidden.values.values()) if hidden else set()
        person.values = _telling(person.raw_keys | person.tickets | values | self._names)
        person.values |= {name for name in self._names if len(name.split()) > 1}
        person.values |= {person.key} | person.emails
        person.values |= person.stored | person.drafts | person.outcomes
        for text in self._asked:
            person.messages |= shingles(text)
        for text in self._answered:
            person.replies |= shingles(text)
        person.replies -= person.messages


def texts_of(ticket: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """What the customer and what agents wrote in a TICKET row, as it came or hidden."""
    asked, answered = [ticket["subject"]], [ticket["reply"], ticket["draft"]]
    for message in ticket["messages"] or []:
        (answered if message["role"] == "agent" else asked).append(message["text"])
    answered += [rival["text"] for rival in ticket["rivals"] or []]
    return [text for text in asked if text], [text for text in answered if text]


def mill_tickets(known: Known) -> Iterator[tuple[list[dict[str, Any]], list[dict[str, Any]]]]:
    """The mill's tickets as they came and as curation hides them, batch by batch."""
    from drafter.pseudonyms import pseudonymise
    from drafter.records import TICKET
    from drafter.tables import read_batches
    from tasks.curate.tidy import cleaned

    if not known.paths.tickets.is_file():
        return
    for batch in read_batches(known.paths.tickets, TICKET, ROWS):
        tidy: pl.DataFrame = pseudonymise(cleaned(batch), known.rules)
        yield batch.to_dicts(), tidy.to_dicts()


def _leave_theirs_alone(person: Person, known: Known) -> None:
    """Keep those values and words that no other customer, agent or policy has."""
    mails = _mails_of_others(person, known)
    shared = {mail for mail in person.emails if mail.casefold() in mails}
    person.emails -= shared
    person.values -= shared
    kept = person.names_itself | {person.key} | person.stored | person.drafts | person.outcomes
    free = Needles(
        frozenset(person.values - kept), frozenset(person.messages), frozenset(person.replies)
    )

    def look(texts: list[str]) -> None:
        for hit in found_in(texts, free):
            shared.update(hit)

    for batch in batches(_of_others(person, known)):
        look(batch)
    person.shared = len(shared)
    person.values -= shared
    person.messages -= shared
    person.replies -= shared


def _mails_of_others(person: Person, known: Known) -> set[str]:
    """The addresses that exports name as another customer's too, as those of a shared mailbox."""
    return {
        name.casefold()
        for table in known.tables
        for row in rows_of(table, known.paths.root)
        if row.key and not _same(row.key, person)
        for name in row.names
        if "@" in name
    }


def _of_others(person: Person, known: Known) -> Iterator[str]:
    for table in known.tables:
        for row in rows_of(table, known.paths.root):
            if not is_theirs(row, table, person):
                yield "\n".join([row.raw or "", row.key, *row.names, *row.ids, row.agent])
                yield row.asked
                yield row.answered
    for stored in known.stored:
        if stored.id not in person.stored:
            yield "\n".join([stored.customer, *stored.names, *stored.values, stored.external_id])
            yield from stored.asked
            yield from stored.answered
    for raw, hidden in mill_tickets(known):
        for ticket, pseudonymised in zip(raw, hidden, strict=True):
            if not _is_mill_ticket(ticket, person):
                for one in (ticket, pseudonymised):
                    for texts in texts_of(one):
                        yield from texts
    policies = known.paths.policies
    if policies.is_file():
        from drafter.records import POLICY
        from drafter.tables import read_table

        yield from read_table(policies, POLICY)["text"].to_list()
