"""The web channel: a chat page for consumers and a desk for staff, served by aiohttp without any build step."""

from bot.web.app import make_app
from bot.web.channel import WebChannel

__all__ = ["WebChannel", "make_app"]
