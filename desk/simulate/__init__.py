"""The loop, closed and shown: simulated agents work an inbox, and the mill learns from them.

    letters    what a customer asks, and what agents want of a reply: hidden from every model
    agents     what each kind of agent does with a draft
    desk       the agents' side of the desk's HTTP API
    company    a checkout of its own with a young company in it
    mill       the mill's steps, as commands
    turns      desk -> feedback -> preferences -> dpo -> gate -> champion, several times

It knows the desk by its API and the mill by its commands, imports neither tasks nor flows, and
touches nothing outside its own folder.
"""
