"""Names and descriptions of segments, each with what to do, by the name after the scheme.

Schemes of companies take those of persons over (``schemes``). Segments that are fitted to data describe
themselves (``stable_labels``, ``value``, ``needs``); audiences are described in their rule files.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SegmentText:
    """Title of a segment, and one or two sentences: who is in it, and what to do about them."""

    name: str
    description: str


RFM_TEXTS: dict[str, SegmentText] = {
    "champions": SegmentText(
        "Champions",
        "Bought very recently, often and for much. Reward them, show them news first, ask for "
        "reviews and referrals; no discounts needed.",
    ),
    "loyal": SegmentText(
        "Loyal",
        "Buy often and for much, and are not long gone. Offer membership and better versions of "
        "what they buy; ask what they miss.",
    ),
    "potential_loyalists": SegmentText(
        "Potential loyalists",
        "Bought recently and have come back, not yet often. Recommend what fits their earlier "
        "orders and invite them into the loyalty programme.",
    ),
    "new_customers": SegmentText(
        "New customers",
        "Their only order is among the most recent. Welcome them, help them get the good of it, "
        "and make the second order easy.",
    ),
    "promising": SegmentText(
        "Promising",
        "Their only order is fairly recent. Stay known with useful content and a reason to return.",
    ),
    "needs_attention": SegmentText(
        "Needs attention",
        "Average in everything and cooling down. Make an offer limited in time, built on what "
        "they bought before.",
    ),
    "about_to_sleep": SegmentText(
        "About to sleep",
        "Few or small orders, and some time ago. Remind them of popular products before they "
        "forget; keep the cost per contact low.",
    ),
    "at_risk": SegmentText(
        "At risk",
        "Used to buy a fair amount, but long ago. Write personally, ask what went wrong, and make "
        "coming back worth their while.",
    ),
    "cannot_lose": SegmentText(
        "Cannot lose",
        "Were among the best customers and have stopped. Contact them in person; find the cause "
        "before a competitor settles in.",
    ),
    "hibernating": SegmentText(
        "Hibernating",
        "Few or small orders, long ago. Include them in seasonal mailings only; a relevant offer "
        "may wake some.",
    ),
    "lost": SegmentText(
        "Lost",
        "Few or small orders, longest ago of all. One last reactivation; then spend nothing more.",
    ),
}

LIFECYCLE_TEXTS: dict[str, SegmentText] = {
    "prospect": SegmentText(
        "Prospects",
        "Known, but have never ordered. Lead them to a first order with what they showed "
        "interest in.",
    ),
    "new": SegmentText(
        "New",
        "Ordered once, and a second order is not overdue. Welcome them and help them use what "
        "they bought.",
    ),
    "active": SegmentText(
        "Active",
        "Within their own rhythm of ordering. Serve them well and widen the range; no discount "
        "is needed to get the next order.",
    ),
    "at_risk": SegmentText(
        "At risk",
        "Silent for 1.5 to 3 times their usual gap. Act now: remind them, ask, make an offer.",
    ),
    "lapsed": SegmentText(
        "Lapsed",
        "Silent for more than 3 times their usual gap. Try to win back those worth it, and stop "
        "paying for the rest.",
    ),
    "won_back": SegmentText(
        "Won back",
        "Had lapsed by their own rhythm and ordered again. Find out what brought them back, and "
        "make sure that the next order follows.",
    ),
}

UNASSIGNED_TEXTS: dict[str, SegmentText] = {
    "rfm": SegmentText(
        "Not scored",
        "Have never ordered, or deny profiling. Treat prospects by their lifecycle stage; leave "
        "the others out of anything personalised.",
    ),
    "lifecycle": SegmentText(
        "Not staged",
        "Deny profiling. Leave them out of anything that depends on their behaviour.",
    ),
    "value": SegmentText(
        "No prediction",
        "Deny profiling, or there are too few orders to predict from. Use the lifecycle stage instead.",
    ),
    "behaviour": SegmentText(
        "Not clustered",
        "Have never ordered, deny profiling, or there are too few customers to find groups. Use "
        "the lifecycle stage instead.",
    ),
    "needs": SegmentText(
        "Needs unknown",
        "Answered too few questions about what matters to them, or deny profiling. Ask them.",
    ),
    "company_rfm": SegmentText(
        "Not scored", "Have never ordered under their company's number. Treat them as prospects."
    ),
    "company_lifecycle": SegmentText("Not staged", "No company is left here; each has a stage."),
    "company_value": SegmentText(
        "No prediction",
        "Too few companies order to predict from. Use the stage and the industry instead.",
    ),
    "firmographic": SegmentText(
        "Industry unknown",
        "No source tells what they do. Ask, or look them up in the register, before planning anything.",
    ),
}
"""The residual of each exclusive scheme."""
