"""``python -m bench.limited_peer URL TOKEN FIRST PEOPLE``: python-telegram-bot with its own rate limiter, as its guide
shows it. It answers every text, sends a broadcast once somebody writes ``/broadcast``, and one text more to every chat
whose number it reads from its input."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from telegram import Update
from telegram.error import TelegramError
from telegram.ext import AIORateLimiter, Application, ApplicationBuilder, ContextTypes, MessageHandler, filters

RETRIES = 5


async def said(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """A person who writes gets the text back; one word starts the broadcast."""
    assert update.message
    if update.message.text == "/broadcast":
        first, people = int(sys.argv[3]), int(sys.argv[4])
        for chat_id in range(first, first + people):
            context.application.create_task(_sent(context.application, chat_id))
        return
    await update.message.reply_text(update.message.text or "?")


async def _sent(application: Application[Any, Any, Any, Any, Any, Any], chat_id: int) -> None:
    try:
        await application.bot.send_message(chat_id, "x")
    except TelegramError as error:
        print(type(error).__name__, file=sys.stderr)


async def _notices(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        application.create_task(_sent(application, int(line)))


async def _listen(application: Application[Any, Any, Any, Any, Any, Any]) -> None:
    application.create_task(_notices(application))


def main() -> None:
    url, token = sys.argv[1:3]
    builder = ApplicationBuilder().token(token).base_url(f"{url}/bot").base_file_url(f"{url}/file/bot")
    limited = builder.rate_limiter(AIORateLimiter(max_retries=RETRIES)).concurrent_updates(True)
    application = limited.post_init(_listen).build()
    application.add_handler(MessageHandler(filters.ALL, said))
    application.run_polling()


if __name__ == "__main__":
    main()
