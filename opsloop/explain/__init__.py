"""Why each rule would run on an event or not: the first thing that failed, nearest misses first.

`trigger` asks what wakes a rule, `criteria` what it then decides on; `explaining` puts both
together and orders the rules; `view` shows them. Pure but for `view`'s printing.
"""

from opsloop.explain.explaining import EventExplained, explain
from opsloop.explain.records import Criterion, Miss, RuleExplained

__all__ = ["Criterion", "EventExplained", "Miss", "RuleExplained", "explain"]
