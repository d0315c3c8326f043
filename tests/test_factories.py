from tests import factories


def test_every_factory_makes_a_row_of_its_schema() -> None:
    assert factories.ticket_table([factories.ticket(1)]).height == 1
    assert factories.curated_table([factories.curated(1, customer="C-000009")])[0, "customer"] == (
        "C-000009"
    )
    assert factories.retrieved_table([factories.retrieved(1)])[0, "chunks"].to_list() == []
    assert factories.policy_table([factories.policy()]).height == 1
