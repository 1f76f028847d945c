"""The proof that every statement of every policy is needed, and that no other is.

`tests/proof/test_proof_permissions.py` calls it; nothing here is a test. A subject is a rule with
the scenarios that need all of its policy (`actions`, `shipped`). It runs on MiniStack, which
judges what it can (`account`, `running`); what it asked of AWS is recorded (`watching`), put in
IAM's terms by hand (`asked`) and given to an independent evaluator (`simulator`). `proving` draws
the conclusions, `table` prints them.
"""
