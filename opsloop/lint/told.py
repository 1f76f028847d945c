"""Lints that are told where files and types are read: doubts, secrets, names. Prose only."""

from __future__ import annotations

from opsloop.lint.base import Lint
from opsloop.problems import (
    DOUBTED_KIND,
    DOUBTED_NAME,
    DOUBTED_SENDER,
    LONG_NAME,
    PLAIN_SECRET,
    SAME_ID,
)

LINTS = (
    Lint(
        DOUBTED_NAME,
        "warning",
        finds="A path of an event, or a key of a pattern, that neither AWS's published schema nor "
        "a sample has. A name that is nearly right is an error of the compiler instead.",
        why="A criterion on a field that is not there is never met, and a pattern that asks for it "
        "never matches: the rule would stay silent, which looks like a quiet day.",
        fix="Look the event up: `opsloop events NAME` lists its fields. If AWS sends the field "
        "already and the catalogue lags behind, silence it.",
    ),
    Lint(
        DOUBTED_KIND,
        "warning",
        finds="A comparison, an order, or a parameter that does not fit the kind of a value, where "
        "only AWS's published schema knows that kind. What a sample proves is an error.",
        why="A text is never equal to a number: the criterion is never met, or the call is refused "
        "in the middle of the night.",
        fix="Write the corrected line. If the schema is wrong, silence it, and send us a sample.",
    ),
    Lint(
        DOUBTED_SENDER,
        "warning",
        finds="A `source` that is no service of AWS's but looks like one, or a `detail-type` that "
        "its source is not known to send.",
        why="EventBridge takes any pattern. One that no event fits never matches, without a word.",
        fix="`opsloop events` lists what is known. For an event that AWS added since, silence it.",
    ),
    Lint(
        PLAIN_SECRET,
        "error",
        finds="Tokens, keys and webhook addresses by their shape, and values under keys such as "
        "`token` or `password`, in rules, packs and settings.",
        why="Rules are read by everybody who may read the repository, for as long as it exists.",
        fix="Put it into Parameter Store or Secrets Manager, and write the reference. A secret "
        "that was committed is no secret any more: replace it.",
    ),
    Lint(
        LONG_NAME,
        "error",
        finds="A rule's name which, with the app, the stage and Chalice's suffix, has more than "
        "the 64 characters that Lambda, IAM and EventBridge take.",
        why="The deployment would fail half-way.",
        fix="A shorter name of the rule, or of the stage.",
        silenced=False,
    ),
    Lint(
        SAME_ID,
        "error",
        finds="Two rules of one name in different packs; names that differ in hyphens only; "
        "names that Chalice gives to a part of another rule's function; and names which, with the "
        "stage's, are another stage's of the account: `dev` and `eu-web`, `dev-eu` and `web`.",
        why="One rule would silently replace the other's function.",
        fix="Rename one of them.",
        silenced=False,
    ),
)
