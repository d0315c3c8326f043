"""What a draft must say and must not: rules as code, in evaluation and as the guard.

    rules = load_rules(Path("compliance.yaml"))
    violations("We will refund you.", ticket, evidence, rules)
    [Violation(rule="no_promises", kind="promise", span=(0, 18), why="...")]

docs/compliance.md says how a rule is written. A check sees words: none knows whether a sentence is
true, or whether the conditions of a policy that grants something are met.
"""

from drafter.compliance.check import Violation, violations
from drafter.compliance.load import load_rules
from drafter.compliance.rules import Rules

__all__ = ["Rules", "Violation", "load_rules", "violations"]
