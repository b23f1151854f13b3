"""The one client of OpenAI-compatible chat servers; nothing in it knows what is asked."""

from mvbench.chat_api.client import OURS, ChatAPI, Rejected, Unavailable
from mvbench.chat_api.completion import Completion

__all__ = ["OURS", "ChatAPI", "Completion", "Rejected", "Unavailable"]
