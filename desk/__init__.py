"""The desk: where agents meet the champion's drafts, and where what they change is kept.

    desk/api       what other programs call: drafts, outcomes, OpenAI's chat completions, health
    desk/page      the inbox and the ticket, as agents see them
    desk/safety    who may call: names, pages, the token, how often
    desk/serving   the champion in memory, and the queue before it
    desk/store     tickets, drafts and outcomes, on disk before anybody is told so

It imports the drafter, which it serves, and nothing of tasks/ or flows/.
"""
