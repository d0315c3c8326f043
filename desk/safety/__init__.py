"""Who may call the desk: by which name, from which page, with which token, and how often.

`guard` asks the other modules in turn, before a body is read.
"""
