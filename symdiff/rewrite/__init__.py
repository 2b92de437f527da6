"""Layer 3: one engine for rules, and what it is used for: collect, simplify, present."""

from symdiff.rewrite.collect import collect, collect_all
from symdiff.rewrite.cost import cost
from symdiff.rewrite.order import in_order_of
from symdiff.rewrite.present import is_long, present, present_all
from symdiff.rewrite.rules import Recorder
from symdiff.rewrite.simplify import simplify

__all__ = ["Recorder", "collect", "collect_all", "cost", "in_order_of", "is_long", "present", "present_all", "simplify"]
