"""Puts together what sends and receives short messages, as the settings say; without one they are written down."""

from __future__ import annotations

import logging
import uuid
from collections.abc import AsyncIterator, Callable, MutableMapping
from contextlib import asynccontextmanager

from bot.settings import PREFIX, Settings
from bot.sms import Callbacks, Gateway, Kept, SmsChannel
from bot.sms_aliyun import NAME as ALIYUN
from bot.sms_aliyun import Aliyun, AliyunCallbacks
from bot.sms_entrance import Entrance
from bot.sms_http import NAME as HTTP
from bot.sms_http import Account, HttpCallbacks, HttpPort
from bot.sms_http_plan import read_plan
from bot.sms_templates import Approved
from bot.sms_tencent import NAME as TENCENT
from bot.sms_tencent import Tencent, TencentCallbacks
from cases.errors import SettingFault
from cases.notices import Recipient
from handlers.broadcast_texts import SHORT as BROADCAST
from handlers.delivery import Channel
from handlers.house import House
from handlers.office import Office

log = logging.getLogger("lianxin.sms")

SIGNATURE = range(2, 17)
"""Characters of a signature that operators take."""


@asynccontextmanager
async def make_sms(
    settings: Settings, house: House, *, channels: MutableMapping[str, Channel]
) -> AsyncIterator[Entrance | None]:
    """The channel, put among ``channels``, ready while the block runs; gives the door for the operator's calls.

    There is no door without a secret for them. SettingFault or RulebookFault when a setting cannot be used.
    """
    office = house.office
    gateway, callbacks = MAKERS[settings.sms_provider](settings, office)
    channel = SmsChannel(
        gateway=gateway,
        messages=house.short_messages,
        signature=_signature(settings, office),
        say=office.say,
        new_id=office.new_id,
        rate=settings.sms_rate,
        short=office.short,
    )
    channels[channel.name] = channel
    entrance = None
    if callbacks is not None and settings.sms_callback_secret is not None:
        secret = settings.sms_callback_secret.get_secret_value()
        entrance = Entrance(gateway=gateway.name, secret=secret, callbacks=callbacks, messages=house.short_messages)
    try:
        yield entrance
    finally:
        await gateway.close()


Made = tuple[Gateway, Callbacks | None]


def _kept(_settings: Settings, _office: Office) -> Made:
    return Kept(), None


def _aliyun(settings: Settings, office: Office) -> Made:
    gateway = Aliyun(
        key_id=settings.sms_key_id or "",
        secret=_secret(settings),
        approved=_approved(settings, office, provider=ALIYUN),
        now=office.now,
        nonce=lambda: uuid.uuid4().hex,
        url=settings.sms_url,
    )
    return gateway, AliyunCallbacks()


def _tencent(settings: Settings, office: Office) -> Made:
    gateway = Tencent(
        key_id=settings.sms_key_id or "",
        secret=_secret(settings),
        app_id=settings.sms_app_id or "",
        region=settings.sms_region,
        approved=_approved(settings, office, provider=TENCENT),
        now=office.now,
        url=settings.sms_url,
    )
    return gateway, TencentCallbacks()


def _http(settings: Settings, office: Office) -> Made:
    assert settings.sms_file is not None, "checked when the settings were read"
    plan = read_plan(settings.sms_file)
    token = settings.sms_callback_secret
    account = Account(
        key=settings.sms_key_id or "",
        secret=_secret(settings),
        signature=_signature(settings, office),
        callback=f"{settings.url}/sms/{HTTP}",
        token=token.get_secret_value() if token else "",
    )
    return HttpPort(plan=plan, account=account, new_id=office.new_id), HttpCallbacks(plan)


MAKERS: dict[str, Callable[[Settings, Office], Made]] = {
    "none": _kept,
    ALIYUN: _aliyun,
    TENCENT: _tencent,
    HTTP: _http,
}


def _secret(settings: Settings) -> str:
    return settings.sms_key_secret.get_secret_value() if settings.sms_key_secret else ""


def _signature(settings: Settings, office: Office) -> str:
    signature = settings.sms_signature or office.rulebook.site.signature
    if len(signature) not in SIGNATURE or "\u3010" in signature or "\u3011" in signature:
        raise SettingFault(
            f"{PREFIX}SMS_SIGNATURE: given {signature!r}; allowed: {SIGNATURE.start} to {SIGNATURE.stop - 1} "
            "characters, without the brackets"
        )
    return signature


def _approved(settings: Settings, office: Office, *, provider: str) -> Approved:
    signature = _signature(settings, office)
    approved = Approved(
        office.rulebook.sms,
        provider=provider,
        signature=signature,
        common=office.common,
        blank=office.say("short.blank"),
    )
    told = [rule.short or rule.text for rule in office.rulebook.notices if rule.to is Recipient.CONSUMER]
    lacking = approved.lacking([*told, BROADCAST])
    if lacking:
        log.warning(
            "Texts have no template and will not go out as short messages.",
            extra={"action": "sms_templates", "texts": ", ".join(lacking)},
        )
    return approved
