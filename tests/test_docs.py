"""What the documentation says is what the code does."""

import re
from pathlib import Path

from algotradehub.domain.order import OrderStatus
from algotradehub.domain.order_table import TRANSITIONS, Word

ROOT = Path(__file__).resolve().parent.parent
_SHORT = {OrderStatus.PARTIALLY_FILLED: "PARTIAL"}


def status_table() -> str:
    """The evidence table as Markdown, drawn from the code."""

    def cell(before: OrderStatus, word: Word) -> str:
        after = TRANSITIONS[before][word]
        return "·" if after is before else _SHORT.get(after, after)

    statuses = list(OrderStatus)
    head = " | ".join(_SHORT.get(status, status) for status in statuses)
    lines = [f"| word \\ status | {head} |", "|---" * (len(statuses) + 1) + "|"]
    for word in Word:
        cells = " | ".join(cell(status, word) for status in statuses)
        lines.append(f"| {word} | {cells} |")
    return "\n".join(lines)


def test_the_documented_table_is_the_one_in_the_code() -> None:
    text = (ROOT / "docs" / "order-path.md").read_text()
    documented = re.search(r"<!-- table -->\n(.*?)\n<!-- end -->", text, re.DOTALL)
    assert documented is not None
    assert documented[1] == status_table(), "copy this into docs/order-path.md:\n" + status_table()


def test_links_between_documents_lead_somewhere() -> None:
    for document in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = document.read_text()
        pictures = re.findall(r'\bsrc(?:set)?="([^"]+)"', text)
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", text) + pictures:
            if "://" not in target:
                assert (document.parent / target).exists(), f"{document.name}: {target}"
