"""Makes the channels that settings ask for."""

from __future__ import annotations

from pydantic import SecretStr

from bot.settings import Settings
from bot.telegram import Telegram, Webhook
from handlers.house import House
from handlers.pacing import Rate


def make_telegram(settings: Settings, *, token: SecretStr, house: House) -> Telegram:
    webhook = None
    if settings.telegram_webhook_secret:
        webhook = Webhook(
            url=f"{settings.url}/telegram/webhook", secret=settings.telegram_webhook_secret.get_secret_value()
        )
    return Telegram(
        token=token.get_secret_value(),
        api_url=settings.telegram_api_url,
        receive=house.reception.receive,
        now=house.office.now,
        webhook=webhook,
        read_picture=house.files.read,
        rate=Rate(per_second=settings.telegram_rate) if settings.telegram_rate else None,
    )
