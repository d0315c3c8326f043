"""What turns a ticket into a draft: records, prompt, retrieval, generation, guard."""
