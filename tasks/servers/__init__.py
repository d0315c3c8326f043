"""`make up`, `make down`: Prefect's server, a worker, MLflow, the desk, the reports; on loopback.

    python -m tasks.servers up       start them, wait until each answers, stay until Ctrl-C
    python -m tasks.servers down     end exactly what `up` started, from another shell
    python -m tasks.servers env      the lines that a shell evaluates to talk to them

Each server is kept by `tasks.leash`, so none outlives `up`, however `up` ends. What it printed is
in var/log. Who runs is noted in var/run/up.json by pid and time of birth, never looked up by name.
"""
