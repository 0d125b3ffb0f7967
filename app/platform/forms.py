"""The button that was pressed, by its words."""

from typing import Literal

from app.text.fields import Input

SEND, SEND_AGAIN, DELIVERED = "Envoyer à la plateforme", "Envoyer de nouveau", "C’est fait"


class Act(Input):
    act: Literal["Envoyer à la plateforme", "Envoyer de nouveau", "C’est fait"]
