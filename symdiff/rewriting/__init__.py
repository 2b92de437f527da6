"""Layer 3: one engine for rules, and what it is used for: collect, simplify, present."""

from symdiff.rewriting.collecting import collect, collect_all
from symdiff.rewriting.cost import cost
from symdiff.rewriting.order import in_order_of
from symdiff.rewriting.presenting import is_long, present, present_all
from symdiff.rewriting.rules import Recorder
from symdiff.rewriting.simplifying import simplify

__all__ = ["Recorder", "collect", "collect_all", "cost", "in_order_of", "is_long", "present", "present_all", "simplify"]
