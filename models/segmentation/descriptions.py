"""Names and descriptions of the fixed segments, each with what to do: fills ``dim_segment``.

Segments found by clustering describe themselves (``stable_labels``); audiences are described in
their rule files.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SegmentText:
    """Title of a segment, and one or two sentences: who is in it, and what to do about them."""

    name: str
    description: str


SEGMENT_TEXTS: dict[str, SegmentText] = {
    "rfm.champions": SegmentText(
        "Champions",
        "Bought very recently, often and for much. Reward them, show them news first, ask for "
        "reviews and referrals; no discounts needed.",
    ),
    "rfm.loyal": SegmentText(
        "Loyal",
        "Buy often and for much, and are not long gone. Offer membership and better versions of "
        "what they buy; ask what they miss.",
    ),
    "rfm.potential_loyalists": SegmentText(
        "Potential loyalists",
        "Bought recently and have come back, not yet often. Recommend what fits their earlier "
        "orders and invite them into the loyalty programme.",
    ),
    "rfm.new_customers": SegmentText(
        "New customers",
        "Their only order is among the most recent. Welcome them, help them get the good of it, "
        "and make the second order easy.",
    ),
    "rfm.promising": SegmentText(
        "Promising",
        "Their only order is fairly recent. Stay known with useful content and a reason to return.",
    ),
    "rfm.needs_attention": SegmentText(
        "Needs attention",
        "Average in everything and cooling down. Make an offer limited in time, built on what "
        "they bought before.",
    ),
    "rfm.about_to_sleep": SegmentText(
        "About to sleep",
        "Few or small orders, and some time ago. Remind them of popular products before they "
        "forget; keep the cost per contact low.",
    ),
    "rfm.at_risk": SegmentText(
        "At risk",
        "Used to buy a fair amount, but long ago. Write personally, ask what went wrong, and make "
        "coming back worth their while.",
    ),
    "rfm.cannot_lose": SegmentText(
        "Cannot lose",
        "Were among the best customers and have stopped. Contact them in person; find the cause "
        "before a competitor settles in.",
    ),
    "rfm.hibernating": SegmentText(
        "Hibernating",
        "Few or small orders, long ago. Include them in seasonal mailings only; a relevant offer "
        "may wake some.",
    ),
    "rfm.lost": SegmentText(
        "Lost",
        "Few or small orders, longest ago of all. One last reactivation; then spend nothing more.",
    ),
    "rfm.unassigned": SegmentText(
        "Not scored",
        "Have never ordered, or deny profiling. Treat prospects by their lifecycle stage; leave "
        "the others out of anything personalised.",
    ),
    "lifecycle.prospect": SegmentText(
        "Prospects",
        "Known, but have never ordered. Lead them to a first order with what they showed "
        "interest in.",
    ),
    "lifecycle.new": SegmentText(
        "New",
        "Ordered once, and a second order is not overdue. Welcome them and help them use what "
        "they bought.",
    ),
    "lifecycle.active": SegmentText(
        "Active",
        "Within their own rhythm of ordering. Serve them well and widen the range; no discount "
        "is needed to get the next order.",
    ),
    "lifecycle.at_risk": SegmentText(
        "At risk",
        "Silent for 1.5 to 3 times their usual gap. Act now: remind them, ask, make an offer.",
    ),
    "lifecycle.lapsed": SegmentText(
        "Lapsed",
        "Silent for more than 3 times their usual gap. Try to win back those worth it, and stop "
        "paying for the rest.",
    ),
    "lifecycle.won_back": SegmentText(
        "Won back",
        "Had lapsed by their own rhythm and ordered again. Find out what brought them back, and "
        "make sure that the next order follows.",
    ),
    "lifecycle.unassigned": SegmentText(
        "Not staged",
        "Deny profiling. Leave them out of anything that depends on their behaviour.",
    ),
    "behaviour.unassigned": SegmentText(
        "Not clustered",
        "Have never ordered, deny profiling, or there are too few customers to find groups. Use "
        "the lifecycle stage instead.",
    ),
}
