"""Colours of reports, light and dark (contrast measured against paper and wash: WCAG 2.2, 1.4.3 and 1.4.11)."""

LIGHT = {
    "paper": "#FFFFFF",
    "wash": "#F3F5F7",
    "ink": "#16202B",
    "muted": "#55606E",
    "accent": "#123A56",
    "focus": "#0B62C4",
    "line": "#D5DBE1",
    "strong": "#7A8591",
    "critical": "#6D1746",
    "critical-text": "#6D1746",
    "high": "#A32D03",
    "high-text": "#A32D03",
    "medium": "#C77B1B",
    "medium-text": "#8A5208",
    "low": "#3C8AD0",
    "low-text": "#235E93",
    "info": "#8C8C8D",
    "info-text": "#55606E",
    "pass": "#25766F",
    "area": "#579690",
}
"""`area` is `pass` over large areas."""
DARK = {
    "paper": "#10161D",
    "wash": "#18212B",
    "ink": "#E6EBF0",
    "muted": "#A3AFBB",
    "accent": "#8CC4E8",
    "focus": "#7CB8FF",
    "line": "#2E3945",
    "strong": "#6B7885",
    "critical": "#F2528C",
    "critical-text": "#FF8AB5",
    "high": "#F58F73",
    "high-text": "#F9A58D",
    "medium": "#F3CB47",
    "medium-text": "#F3CB47",
    "low": "#6299D7",
    "low-text": "#8FBCEB",
    "info": "#B0B6BC",
    "info-text": "#A3AFBB",
    "pass": "#69EEE0",
    "area": "#2E9486",
}


def css(tokens: dict[str, str]) -> str:
    """Write tokens as custom properties."""
    return "".join(f"--{name}:{value};" for name, value in tokens.items())
