"""The whole stage on files: what comes in is kept or dropped with a reason, and nothing leaks."""

import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from drafter.errors import BadInput, LeakFound
from tasks.customer_key import customer_key
from tasks.paths import Paths
from tests.canaries import ORDER_PATTERN, canaries, plant, sightings
from tests.curating import curated, letter, letters, params
from tests.factories import START, ticket


def test_every_ticket_is_kept_or_dropped_with_its_reason(tmp_path):
    rows = letters(20)
    rows[3]["messages"] = []
    rows[4]["messages"][0]["text"] = "<p>bold text</p>"
    rows[5]["reply"] = "<p> </p>"
    rows[6]["created_at"] = None
    result = curated(tmp_path, rows)
    assert result.dropped == {
        "T-4": "empty_message",
        "T-5": "empty_message",
        "T-6": "empty_reply",
        "T-7": "no_date",
    }
    assert result.report["rows_in"] == 20
    assert result.report["kept"] == 16 == len(result.kept)
    assert result.report["dropped"] == {"empty_message": 2, "empty_reply": 1, "no_date": 1}


TEXTS = ["Where is my lamp, it is late?", "Where is my lamp, it is  LATE", "", "bold text", "no"]
random_tickets = st.lists(
    st.builds(
        dict,
        hour=st.integers(0, 30) | st.none(),
        customer=st.sampled_from(["ann", "bob", "cid", "dora", None]),
        thread_id=st.sampled_from(["t1", "t2", "t3", "t4", "t5"]),
        question=st.sampled_from(TEXTS) | st.integers(0, 9).map(letter),
        reply=st.sampled_from(TEXTS) | st.integers(0, 9).map(letter),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_tickets, st.sampled_from(["newer", "older"]), st.sampled_from([1, 4, 1000]))
def test_rows_in_are_kept_plus_dropped_and_no_split_shares(tmp_path_factory, drawn, side, size):
    rows = []
    for number, fields in enumerate(drawn):
        hour = fields.pop("hour")
        at = None if hour is None else START + timedelta(hours=hour)
        rows.append(ticket(number, **fields) | {"created_at": at})
    root = tmp_path_factory.mktemp("run")
    changes = {"straddlers": side, "batch_rows": size, "macro_copies": 2, "macro_customers": 2}
    try:
        result = curated(root, rows, **changes)
    except BadInput:
        assert not (root / "data/curated").exists(), "a run that stops writes nothing"
        return
    assert result.report["rows_in"] == len(rows) == len(result.kept) + len(result.dropped)
    assert result.report["rows_in"] == result.report["kept"] + sum(
        result.report["dropped"].values()
    )
    assert set(result.kept["ticket_id"]).isdisjoint(result.dropped)
    for column in ("customer", "thread_id", "group"):
        shared = result.kept.drop_nulls(column).group_by(column).agg("split")
        assert shared["split"].list.n_unique().max() in (None, 1)
    older = result.kept.filter(result.kept["split"] != "holdout")["created_at"].max()
    assert older < result.splits["holdout"]["created_at"].min()
    assert result.report["leakage"]["max_similarity"] <= result.report["leakage"]["limit"]


def test_planted_leaks_of_every_kind_are_caught(tmp_path):
    rows = letters(40)  # T-33 to T-40 are held out
    rows[32]["customer"] = rows[0]["customer"]
    rows[33]["thread_id"] = rows[1]["thread_id"]
    near = letter(3).split()
    rows[34]["messages"][0]["text"] = " ".join([*near[:-1], "please"])
    mine = "My order {} of the {} lamp has not come, where is it? Please write to {} soon."
    rows[4]["messages"][0]["text"] = mine.format("MB-111111", "red", "ann@x.example")
    rows[35]["messages"][0]["text"] = mine.format("MB-222222", "red", "bob@y.example")
    macro = "<p>Thank you for writing, please turn the lamp off and on again for a minute.</p>"
    for row in (*rows[5:9], rows[36]):
        row["reply"] = macro
    result = curated(tmp_path, rows)
    assert result.dropped == {
        "T-33": "same_customer as T-1, on the other side of the cut",
        "T-34": "same_thread as T-2, on the other side of the cut",
        "T-35": "same_question as T-3, on the other side of the cut",
        "T-36": "same_question as T-5, on the other side of the cut",
    }
    assert result.split_of("T-37") == "holdout"
    with_macro = result.kept.filter(result.kept["is_macro"])["ticket_id"]
    assert set(with_macro) == {"T-6", "T-7", "T-8", "T-9", "T-37"}
    macros = result.report["macros"]
    assert macros["distinct"] == 1
    assert macros["share"]["holdout"] == macros["holdout_seen_in_train"] == 0.25
    leakage = result.report["leakage"]
    assert leakage["shared_customers"] == leakage["shared_threads"] == 0
    assert leakage["max_similarity"] < 0.8


def test_the_older_side_goes_where_params_say_so(tmp_path):
    rows = letters(20)
    rows[19]["customer"] = rows[0]["customer"]
    result = curated(tmp_path, rows, straddlers="older")
    assert result.dropped == {"T-1": "same_customer as T-20, on the other side of the cut"}
    assert result.split_of("T-20") == "holdout"


def test_a_repeated_ticket_names_the_one_it_repeats(tmp_path):
    rows = letters(12)
    question, reply = letter(1), letter(10_001) + " within 30 days"
    rows[0] |= {"reply": reply}
    for row in rows[1:5]:
        row["messages"][0]["text"] = question
        row["reply"] = reply
    rows[2]["messages"][0]["text"] = f"<p>{question.upper()}!</p>"
    rows[3]["messages"][0]["text"] = question + " thank"
    rows[4]["reply"] = reply.replace("30", "14")
    result = curated(tmp_path, rows)
    assert result.dropped == {
        "T-2": "duplicate of T-1",
        "T-3": "duplicate of T-1",
        "T-4": "near_duplicate of T-1",
    }
    groups = dict(result.kept.select("ticket_id", "group").iter_rows())
    assert groups["T-1"] == groups["T-5"] == "G-T-1", "another figure is another answer"


def test_of_a_macro_the_newest_copies_stay_for_training(tmp_path):
    rows = letters(20)
    for row in rows[:8]:
        row["reply"] = "Please turn the lamp off and on again."
    result = curated(tmp_path, rows, macro_copies=2)
    assert result.dropped == {f"T-{n}": "macro_copy of T-8" for n in range(1, 7)}


def test_people_become_numbers_by_first_appearance_and_names_vanish(tmp_path):
    rows = letters(10)
    rows[0] |= {"customer": "zoe@x.example", "agent": "Walter", "names": ["Zoe Quill", "Walter"]}
    rows[0]["messages"][0]["text"] += "\n\nYours, Zoe Quill at zoe@x.example or MB-123456"
    rows[0]["reply"] = f"Dear Zoe, {rows[0]['reply']} for MB-123456.\n\nBest,\nWalter"
    rows[2] |= {"agent": "Walter"}
    result = curated(tmp_path, rows)
    people = dict(result.kept.select("ticket_id", "customer").iter_rows())
    agents = dict(result.kept.select("ticket_id", "agent").iter_rows())
    assert (people["T-1"], people["T-10"]) == ("C-000001", "C-000010")
    assert (agents["T-1"], agents["T-2"], agents["T-3"]) == ("A-01", "A-02", "A-01")
    assert "names" not in result.kept.columns
    pseudonyms = result.report["pseudonyms"]
    assert (pseudonyms["EMAIL"], pseudonyms["ORDER"], pseudonyms["IBAN"]) == (1, 2, 0)
    for path in (tmp_path / "data").rglob("*.parquet"):
        if "validated" not in path.parts:
            assert result_text(path).isdisjoint({"Zoe", "Quill", "Walter", "zoe@x.example"})
    assert not list((tmp_path / "data").glob(".curate-*"))


def result_text(path):
    import polars as pl

    return set(str(pl.read_parquet(path).to_dicts()).replace("'", " ").replace(",", " ").split())


def test_newer_tickets_renumber_nobody_and_move_no_group(tmp_path):
    rows = letters(60)
    day = (START + timedelta(hours=31)).date()
    before = curated(tmp_path / "a", rows[:45], holdout_from=day)
    after = curated(tmp_path / "b", rows, holdout_from=day)
    assert before.report["splits"]["val"] > 0
    for split in ("train", "val"):
        assert after.splits[split].equals(before.splits[split])
    both = after.splits["holdout"].head(len(before.splits["holdout"]))
    assert both.equals(before.splits["holdout"])


def test_links_in_a_reply_join_its_citations(tmp_path):
    rows = letters(10)
    rows[0] |= {
        "reply": '<p>See <a href="https://help.example/a">this</a>, <a href="/kb/b">that</a>, '
        "https://help.example/a. Not https://x.example/?u=jo@x.example</p>",
        "cites": ["returns"],
    }
    result = curated(tmp_path, rows)
    cites = dict(result.kept.select("ticket_id", "cites").iter_rows())
    assert cites["T-1"] == ["returns", "https://help.example/a", "/kb/b"]


def test_only_the_chosen_languages_are_kept(tmp_path):
    rows = letters(10)
    english = "I have lost the key of my lamp and do not know what to do with it now."
    dutch = "Ik heb een lamp gekocht maar het licht is niet goed en de knop doet het niet."
    for number, row in enumerate(rows):
        row["messages"][0]["text"] = f"{english} {letter(number, 4)}"
    rows[2]["messages"][0]["text"] = dutch
    rows[3]["messages"][0]["text"] = "Lamp?"
    rows[3]["locale"] = None
    result = curated(tmp_path, rows, languages=["en"])
    assert result.dropped == {"T-3": "language nl"}
    assert dict(result.kept.select("ticket_id", "language").iter_rows())["T-1"] == "en"


@pytest.mark.parametrize("processes", [1, 2])
def test_the_same_input_gives_the_same_bytes(tmp_path, processes):
    rows = letters(30)
    files = []
    for run_number in (1, processes):
        root = tmp_path / f"{len(files)}"
        curated(root, rows, batch_rows=7, processes=run_number)
        files.append(
            {
                path.relative_to(root): path.read_bytes()
                for path in root.rglob("*")
                if path.is_file() and "validated" not in path.parts
            }
        )
    assert files[0] == files[1]
    assert {"train.parquet", "dropped.parquet", "curation.json"} <= {path.name for path in files[0]}


def test_a_run_that_leaves_nothing_to_train_on_says_so(tmp_path):
    rows = letters(4)
    for row in rows:
        row["customer"] = "the only one"
    with pytest.raises(
        BadInput, match=r"no ticket is left for (train|holdout) of 4 .*same_customer: 1"
    ):
        curated(tmp_path, rows)
    assert not Paths(tmp_path).dropped.exists()


def test_a_question_too_similar_to_one_of_training_stops_the_run(tmp_path):
    rows = letters(40)
    words = letter(3).split()
    rows[34]["messages"][0]["text"] = " ".join([*words[:-4], "and", "so", "it", "goes"])
    with pytest.raises(LeakFound, match=r"T-35 and T-3, .* 0\.750 similar, more than 0\.7"):
        curated(tmp_path, rows, similarity=0.8, leak_limit=0.7, val_share=0.0)
    assert not (tmp_path / "data/curated").exists()


def test_help_answers_before_polars_is_loaded():
    code = (
        "import sys; sys.argv = ['x', '--help']\n"
        "from tasks.curate import __doc__ as about\n"
        "from tasks.stage import main\n"
        "try: main('curate', about)\n"
        "except SystemExit: pass\n"
        "import tasks.curate.params\n"
        "assert 'polars' not in sys.modules and 'torch' not in sys.modules"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_params_give_every_value():
    assert params(similarity=0.7).curate.similarity == 0.7


def test_drafts_and_rivals_are_cleaned_with_the_placeholders_of_their_ticket(tmp_path):
    rows = letters(40)
    rows[0]["messages"][0]["text"] += "\n\nMy address is jo@x.example"
    rows[0] |= {
        "names": ["Jo Smith"],
        "draft": "<p>Hi Jo, we wrote to jo@x.example</p>",
        "rivals": [
            {"text": "Ask bo@y.example, Jo", "votes": 2, "accepted": False, "csat": 1.5},
            {"text": "<img src='x.png'>", "votes": 1, "accepted": False},
        ],
    }
    rows[1] |= {"draft": "<p> </p>", "rivals": [{"text": " ", "votes": 1, "accepted": False}]}
    kept = {row["ticket_id"]: row for row in curated(tmp_path, rows).kept.iter_rows(named=True)}
    told = kept["T-1"]
    assert told["messages"][0]["text"].endswith("My address is [EMAIL_1]")
    assert told["draft"] == "Hi [NAME_1], we wrote to [EMAIL_1]"
    asked = {"text": "Ask [EMAIL_2], [NAME_1]", "votes": 2, "accepted": False, "csat": 1.5}
    assert told["rivals"] == [asked]
    assert (kept["T-2"]["draft"], kept["T-2"]["rivals"]) == (None, None)


def test_no_canary_of_any_text_is_left_in_the_curated_tickets(tmp_path):
    birds = canaries(240)
    rows = plant(letters(80), birds)
    result = curated(
        tmp_path,
        rows,
        pseudonyms={"order_patterns": [ORDER_PATTERN], "default_region": "US", "keep": []},
    )
    assert result.kept["draft"].drop_nulls().len() > 10
    assert result.kept["rivals"].drop_nulls().len() > 10
    assert sightings(tmp_path / "data/validated", birds)
    assert sightings(tmp_path / "data/curated", birds) == []


def test_a_reply_that_our_own_draft_became_is_never_held_out(tmp_path):
    rows = letters(40)
    for row in rows[20:]:
        row["draft_weight"] = 1.0
    rows[35]["customer"] = rows[18]["customer"]
    result = curated(tmp_path, rows)
    assert set(result.splits["holdout"]["ticket_id"]) == {"T-17", "T-18", "T-20"}, "a fifth of 20"
    assert result.dropped == {"T-19": "same_customer as T-36, on the other side of the cut"}


def test_a_customer_and_that_customers_key_are_one(tmp_path):
    rows = letters(20)
    rows[3]["customer"] = customer_key("jo@example.com")
    rows[9]["customer"] = "jo@example.com"
    result = curated(tmp_path, rows)
    assert (
        result.kept.filter(result.kept["ticket_id"].is_in(["T-4", "T-10"]))["group"].n_unique() == 1
    )
