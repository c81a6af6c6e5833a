"""The Live tab: somebody speaks, and both traces follow.

The page records, and asks over functions of its component rather than Gradio's queue, which would lose what comes while
it is busy. What is asked is answered in `app.live.calls`.
"""

from app.front import front
from app.live import calls
from app.live.sessions import Sessions


def build(sessions: Sessions) -> None:
    """Wire the tab."""
    front("live/live", (), calls.functions(sessions))
