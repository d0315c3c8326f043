"""Try to draw planted secrets out of an adapter that was trained for the purpose; `make canary`.

Secrets that look like personal data are planted in copies of the training tickets, half of them
once and half several times; `sft` is trained on each copy with the same params, and then asked for
them. One copy goes through curation, as all tickets do: nothing may come out of its adapter. The
other is planted after curation, and tells how much an adapter learns by heart.
Reads validated tickets, retrieved train and val, and the base. Writes reports/canary.json.
"""
