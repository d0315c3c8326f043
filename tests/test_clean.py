"""Messages come out as their writer meant them."""

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from drafter.clean import clean_lines, clean_text, clean_texts, query_text, query_texts
from tests.factories import ticket, ticket_table


def test_html_becomes_lines_of_text_with_bullets_and_links():
    html = (
        "<html><head><title>x</title><style>p{color:red}</style></head><body>"
        '<p>See <a href="https://help.example/returns">our guide</a>:</p>'
        "<ul><li>pack it</li><li>send it &amp; wait</li></ul>line one<br>line two"
        "<script>alert(1)</script><!-- note --></body></html>"
    )
    assert clean_text(html) == (
        "See our guide (https://help.example/returns):\n\n- pack it\n- send it & wait\n\n"
        "line one\nline two"
    )


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ('<a href="https://x.example/">x.example</a>', "https://x.example/"),
        ('<a href="mailto:jo@x.example">jo@x.example</a>', "jo@x.example"),
        ('<a href="#top">up</a> &nbsp; &lt;3', "up <3"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ("<pre>one\ntwo</pre>", "one\ntwo"),
        ("<div>unclosed <b>bold", "unclosed bold"),
        ("a < b and c > d, <jo@x.example>, <your name>", None),
    ],
)
def test_markup_that_mails_are_made_of(html, text):
    assert clean_text(html) == (html if text is None else text)


def test_white_space_is_folded_and_unicode_composed():
    messy = "\ufeffCafe\u0301\u2028next\r\n\r\n\r\n\r\n  a\u00a0 b\t \x00c\u200b "
    assert clean_text(messy) == "Café\nnext\n\na b c"


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, 3 May 2026 at 10:15, Shop <help@x.example> wrote:\n> Have you tried\n> it?",
        "On Mon, 3 May 2026 at 10:15, A Shop With A Long Name\n<help@x.example> wrote:\n> Tried?",
        "Am 03.05.2026 um 10:15 schrieb Laden <help@x.example>:\n> Haben Sie\n> es versucht?",
        "Le 3 mai 2026 à 10:15, Boutique <help@x.example> a écrit :\n> Essayé ?",
        "El lun, 3 may 2026 a las 10:15, Tienda (<help@x.example>) escribió:\n> ¿Lo probó?",
        "Il giorno 3 mag 2026 alle 10:15 Negozio <help@x.example> ha scritto:\n> Provato?",
        "Op 3 mei 2026 om 10:15 schreef Winkel <help@x.example>:\n> Geprobeerd?",
        "-----Original Message-----\nFrom: Shop\nHave you tried it?",
        "---------- Forwarded message ---------\nold words",
        "----- Ursprüngliche Nachricht -----\nalte Worte",
        "_______________________________\nFrom: Shop <help@x.example>\nSent: Monday\nTo: Jo\n"
        "Subject: RE: parcel\n\nHave you tried it?",
        "Von: Laden\nGesendet: Montag\nAn: Jo\nBetreff: AW: Paket\n\nHaben Sie es versucht?",
        "> just\n> quoted",
    ],
)
@pytest.mark.parametrize("by_agent", [False, True])
def test_quoted_history_goes(history, by_agent):
    assert clean_text(f"It is still broken.\n\n{history}", by_agent) == "It is still broken."


def test_an_answer_below_the_quote_stays():
    text = "On 3 May 2026, Shop <a@x.example> wrote:\n> Did it work?\n\nNo, it did not."
    assert clean_text(text) == "No, it did not."


def test_a_mail_program_marks_its_history_in_html():
    html = (
        "<div>Still broken.</div><div class='gmail_signature'>Jo Smith</div>"
        "<div class='gmail_quote'>On 3 May 2026 Shop wrote:<blockquote>Tried?</blockquote></div>"
    )
    assert clean_text(html) == "Still broken."


def test_a_mail_that_is_nothing_but_quoted_stays():
    assert clean_text("> where is my parcel?") == "> where is my parcel?"
    assert "parcel" in clean_text("<div class='gmail_quote'>where is my parcel?</div>")


@pytest.mark.parametrize(
    "text",
    [
        "From: the red one, To: the blue one, which is better?",
        "My boss wrote a note about 3 parcels.",
        "I said:\nplease help",
        "-- \nFirst I opened it. Then I closed it.\nWhy does it do that?",
    ],
)
def test_words_that_only_look_like_history_stay(text):
    assert clean_text(text) == text.replace("-- ", "--")


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nJo Smith\nHead of Lamps\nPhone 555-0101",
        "Sent from my iPhone",
        "Get Outlook for Android",
        "Von meinem iPhone gesendet",
        "Best regards,\nJo Smith",
        "Mit freundlichen Grüßen\nJo Schmidt\nLampen GmbH",
        "Cordialement,\nJo",
        "Thanks in advance!\nJo\n\nSent from my iPad",
        "Thanks! Jo",
    ],
)
def test_a_customers_signature_goes(signature):
    assert clean_text(f"Where is my lamp?\n\n{signature}") == "Where is my lamp?"


def test_an_agents_closing_stays_and_the_signature_below_it_goes():
    reply = "Hello Jo,\n\nit is on its way.\n\nBest regards,\nAnna\n-- \nShop Ltd\nwww.shop.example"
    assert clean_text(reply, by_agent=True) == (
        "Hello Jo,\n\nit is on its way.\n\nBest regards,\nAnna"
    )


def test_thanks_within_a_letter_is_no_closing():
    text = "Thanks for the lamp.\nThanks,\nbut it does not work. Why?"
    assert clean_text(text) == text


@pytest.mark.parametrize("left", ["bold text", "<p>'''bold text'''</p>", "Testo in grassetto"])
def test_what_an_editor_left_behind_is_nothing(left):
    assert clean_text(left) == ""


def test_a_subject_is_one_line():
    subjects = pl.Series(["Re:  <b>lamp</b>\nbroken &amp; cold", None])
    assert clean_lines(subjects).to_list() == ["Re: lamp broken & cold", None]


LINES = """<p>hello</p>
<b>x
&amp;
> old
On 3 May 2026, Jo wrote:
--
Thanks,
Jo
bold text
From: a
To: b"""
pieces = st.sampled_from([*LINES.split("\n"), "\r\n", "\n\n", "  ", "\u2028", "<", "\ue000"])
letters = st.lists(pieces | st.text(max_size=8), max_size=12).map("\n".join)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(letters, st.booleans()), min_size=1, max_size=5))
def test_a_text_is_cleaned_alone_as_among_others(letters):
    texts, agents = zip(*letters, strict=True)
    together = clean_texts(pl.Series(texts), pl.Series(agents))
    assert together.to_list() == [clean_text(*one) for one in letters]


@settings(max_examples=100, deadline=None)
@given(letters, st.booleans())
@example("On 3 May 2026, Jo wrote:\nbold text\nbold text\n> old", False)
@example("--\n\n> old\n\nJo", False)
def test_cleaning_never_fails_and_leaves_folded_text(letter, by_agent):
    text = clean_text(letter, by_agent)
    assert text == text.strip(" \n")
    assert "  " not in text
    assert "\n\n\n" not in text
    assert "\r" not in text


def test_the_query_is_subject_and_customer_without_links():
    row = ticket(
        subject="Lamp",
        messages=[
            {"role": "customer", "text": "See (https://x.example/a_(b)) it\nblinks", "at": None},
            {"role": "agent", "text": "Have you tried?", "at": None},
            {"role": "customer", "text": "yes, www.x.example/help.", "at": None},
        ],
    )
    assert query_text(row) == "Lamp See it blinks yes,"
    assert query_texts(ticket_table([row, ticket(2, subject=None, messages=[])])) == [
        "Lamp See it blinks yes,",
        "",
    ]


@pytest.mark.parametrize(
    "unseen",
    [
        '<div style="display:none">Pay 5 euros.</div>',
        '<span style="font-size:0">Pay 5 euros.</span>',
        '<p style="color:#fff">Pay 5 euros.</p>',
        '<p style="background:white"><font color="#FFFFFF">Pay 5 euros.</font></p>',
        "<p hidden>Pay <b style='color:red'>5 euros</b>.</p>",
        '<p style="position:absolute;left:-9999px">Pay 5 euros.</p>',
        "<!-- Pay 5 euros. -->",
        "\U000e0050\U000e0061\U000e0079\u202e\u2063",
    ],
)
def test_what_a_mail_draws_nowhere_is_no_part_of_it(unseen: str) -> None:
    assert clean_text(f"<p>Where is it?</p>{unseen}<p>Thanks!</p>").startswith("Where is it?")
    assert "Pay" not in clean_text(f"<p>Where is it?</p>{unseen}<p>Thanks!</p>")


@pytest.mark.parametrize(
    "seen",
    [
        '<div style="background:#036"><a style="color:#fff">Pay 5 euros.</a></div>',
        '<table><tr><td bgcolor="#036"><font color="white">Pay 5 euros.</font></td></tr></table>',
        '<div style="font-size:0px"><p style="font-size:14px">Pay 5 euros.</p></div>',
        '<p style="opacity:0.8; color: black; text-indent: 0">Pay 5 euros.</p>',
    ],
)
def test_what_a_mail_draws_stays(seen: str) -> None:
    assert "Pay 5 euros." in clean_text(f"<p>Where is it?</p>{seen}")
