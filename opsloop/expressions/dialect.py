"""The dialect: JMESPath with three mercies, as a pass over jmespath's own parser.

Numbers, `true`, `false` and `null` may be bare; `!a.b` means `!(a.b)`; `$name` reads any
name in scope. What comes out is a tree in jmespath's shape, ready for the Plan.
Called by `templates` and the compiler. docs/expressions.md describes the language.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NoReturn

from jmespath import ast
from jmespath.parser import Parser

from chalicelib.plan import Node
from opsloop.expressions import mistakes, patterns
from opsloop.expressions.faults import BadExpression
from opsloop.expressions.lexer import Token, tokenize
from opsloop.expressions.spot import replaced
from opsloop.problems import Fault

MAX_LENGTH = 16_384
#: a tree as deep as this is evaluated well within Python's limit on recursion
MAX_DEPTH = 200
_WORDS = {"true": True, "false": False, "null": None}


class Located(dict[str, Any]):
    """A node that knows where its text is. To JSON, and to `==`, it is a plain one."""

    __slots__ = ("at", "end", "quoted")

    def __init__(self, node: Node, at: int, end: int) -> None:
        super().__init__(node)
        self.at = at
        self.end = end
        #: a field in double quotes
        self.quoted = getattr(node, "quoted", False)


@lru_cache(maxsize=4_096)
def parse(text: str) -> Node:
    """The syntax tree of an expression, which nobody changes. Raises BadExpression with one fault.

    A `let` is read for its type and for its place, and rules say the same again and again.
    """
    try:
        return _parse(text)
    except BadExpression as bad:
        raise BadExpression([mended(text, bad.fault)]) from None


def mended(text: str, fault: Fault) -> Fault:
    """The fault with a correction that can be read, or with none."""
    return mistakes.repaired(text, fault, _parse)


def _parse(text: str) -> Node:
    if not text.strip():
        raise BadExpression([Fault("nothing", "an expression")])
    if len(text) > MAX_LENGTH:
        raise BadExpression([Fault(f"{len(text)} characters", f"at most {MAX_LENGTH}")])
    try:
        return DialectParser(text).tree()
    except RecursionError:
        raise _too_deep() from None


class DialectParser(Parser):  # type: ignore[misc]  # jmespath publishes no types
    """One parser reads one text."""

    # `not` binds looser than `.`, `[]` and `[?` (9 and up), tighter than a comparison (5)
    BINDING_POWER = Parser.BINDING_POWER | {"not": 8, "variable": 0, "unknown": 0}

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self._tokens: list[Token] = tokenize(text)
        self._depth = 0

    def tree(self) -> Node:
        """The whole text's tree."""
        node: Node = self._expression()
        if self._current_token() != "eof":
            self._unexpected("an operator, or the end")
        if _depth(node) > MAX_DEPTH:
            raise _too_deep()
        return node

    def _expression(self, binding_power: int = 0) -> Located:
        start = self._lookahead_token(0)["start"]
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _too_deep()
        left = self._located(self._first(), start)
        while binding_power < self.BINDING_POWER[self._current_token()]:
            led = getattr(self, f"_token_led_{self._current_token()}", None)
            if led is None:
                self._unexpected("an operator, or the end")
            self._advance()
            left = self._located(led(left), start)
        self._depth -= 1
        return left

    def _first(self) -> Node:
        token = self._lookahead_token(0)
        nud = getattr(self, f"_token_nud_{token['type']}", None)
        if nud is None:
            self._unexpected("a value")
        self._advance()
        node: Node = nud(token)
        return node

    def _located(self, node: Node, start: int) -> Located:
        return Located(node, start, self._lookahead_token(-1)["end"])

    # The three mercies.

    def _token_nud_number(self, token: Token) -> Node:
        if token["text"].lstrip("-")[:1] == "0" and token["text"].lstrip("-")[1:2].isdigit():
            self._fail(
                token, "a number without leading zeros, or a text in quotes", f"'{token['text']}'"
            )
        return _node(ast.literal(token["value"]))

    def _token_nud_unquoted_identifier(self, token: Token) -> Node:
        is_field = self._index > 1 and self._lookahead(-2) == "dot"
        if token["value"] in _WORDS and not is_field and self._current_token() != "lparen":
            return _node(ast.literal(_WORDS[token["value"]]))
        return _node(ast.field(token["value"]))

    def _token_nud_variable(self, token: Token) -> Node:
        return {"type": "variable", "value": token["value"], "children": []}

    # What jmespath's parser lets pass, or says badly.

    def _token_nud_quoted_identifier(self, token: Token) -> Node:
        if self._current_token() == "lparen":
            self._fail(token, "a function's name without quotes", str(token["value"]))
        field = Located(ast.field(token["value"]), token["start"], token["end"])
        field.quoted = True
        return field

    def _token_nud_lbracket(self, token: Token) -> Node:
        number = self._current_token() == "number"
        if number and (self._lookahead(1) == "comma" or not self._whole(self._lookahead_token(0))):
            return _node(self._parse_multi_select_list())
        return _node(super()._token_nud_lbracket(token))

    def _token_led_lparen(self, left: Located) -> Node:
        """A call. jmespath would read `f(a b)` as two arguments, and `f(a,)` as one."""
        if left["type"] != "field" or self._lookahead(-2) != "unquoted_identifier":
            self._unexpected("a function's name before the parenthesis", self._index - 1)
        arguments = []
        if self._current_token() != "rparen":
            arguments.append(self._expression())
            while self._current_token() == "comma":
                self._advance()
                arguments.append(self._expression())
        self._match("rparen")
        return _node(ast.function_expression(left["value"], self._compiled(left, arguments)))

    def _compiled(self, name: Located, arguments: list[Located]) -> list[Located]:
        """The arguments; a pattern is replaced by its program, as Lambda parses nothing."""
        if name["value"] != "regex" or len(arguments) != 2:  # noqa: PLR2004 - text and pattern
            return arguments
        text, pattern = arguments
        if pattern["type"] != "literal" or not isinstance(pattern["value"], str):
            return arguments
        program = patterns.compile_pattern(pattern["value"], pattern.at + 1)
        return [text, Located(ast.literal(program), pattern.at, pattern.end)]

    def _parse_index_expression(self) -> Node:
        for token in self._tokens[self._index : self._index + 5]:
            if token["type"] == "rbracket":
                break
            if token["type"] == "number" and not self._whole(token):
                self._fail(token, "a whole number as index")
        return _node(super()._parse_index_expression())

    def _parse_dot_rhs(self, binding_power: int) -> Node:
        if self._current_token() == "lbracket" and (
            self._lookahead(1) == "number" and self._lookahead(2) == "rbracket"
        ):
            self._unexpected("an index without a dot before it")
        return _node(super()._parse_dot_rhs(binding_power))

    @staticmethod
    def _whole(token: Token) -> bool:
        return isinstance(token["value"], int)

    # Every way jmespath's parser complains ends here.

    def _raise_parse_error_for_token(self, token: Token, _reason: str) -> NoReturn:
        self._unexpected("something else here", self._tokens.index(token))

    def _raise_parse_error_maybe_eof(
        self, expected_type: str | list[str], token: Token
    ) -> NoReturn:
        self._unexpected(mistakes.named(expected_type), self._tokens.index(token))

    def _unexpected(self, expected: str, index: int | None = None) -> NoReturn:
        index = self._index if index is None else index
        raise BadExpression([mistakes.explained(self.text, self._tokens, index, expected)])

    def _fail(self, token: Token, expected: str, meant: str | None = None) -> NoReturn:
        correction = meant and replaced(self.text, token["start"], token["end"], meant)
        raise BadExpression(
            [Fault(f"`{token['text']}`", expected, correction, offset=token["start"])]
        )


def _too_deep() -> BadExpression:
    expected = f"at most {MAX_DEPTH} levels; split it over `let`"
    return BadExpression([Fault("an expression nested too deep", expected)])


def _node(node: Node) -> Node:
    """Nothing is changed; jmespath publishes no types."""
    return node


def _depth(node: Node) -> int:
    """How deep the tree is, found without recursion."""
    depth, level = 0, [node]
    while level:
        depth += 1
        level = [child for each in level for child in each["children"] if isinstance(child, dict)]
    return depth
