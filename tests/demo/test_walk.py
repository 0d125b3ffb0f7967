"""The service's morning in the demo, walked as a reader without JavaScript walks it: by the words of links,
labels and buttons, from what waits to the sheet of the day.
"""

import html5lib

from app import clock


def words_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


class Walker:
    """Someone who reads the page and presses what is written on it."""

    def __init__(self, actor) -> None:
        self.actor = actor

    async def open(self, path):
        answer = await self.actor.get(path)
        while answer.status_code == 303:
            answer = await self.actor.get(answer.extensions["leads_to"])
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        self.page, self.url = answer, str(answer.url)
        self.tree = html5lib.parse(answer.text, namespaceHTMLElements=False)

    def links(self, words):
        """Links that hold these words, those that are these words first."""
        found = [each for each in self.tree.iter("a") if words in words_of(each)]
        return sorted(found, key=lambda each: words_of(each) != words)

    async def follow(self, words):
        await self.open(self.links(words)[0].get("href"))

    async def press(self, words, about="", **typed):
        """The button of these words, in its form as the browser filled it; `typed` by the label's words.
        `about`: what its longer name says.
        """
        for form in self.tree.iter("form"):
            for button in form.iter("button"):
                if words_of(button) == words and about in button.get("aria-label", about):
                    await self._send(form, button, typed)
                    return
        raise AssertionError(f"{self.url} has no button {words}")

    async def _send(self, form, button, typed):
        fields = dict(self._filled(form))
        if button.get("name"):
            fields[button.get("name")] = button.get("value", "")
        for label, value in typed.items():
            fields[self._control(form, label).get("name")] = value
        action = form.get("action") or self.url
        if form.get("method", "get").lower() == "get":
            query = "&".join(f"{name}={value}" for name, value in fields.items())
            await self.open(f"{action}?{query}")
            return
        answer = await self.actor.post(action, data=fields)
        assert answer.status_code == 303, f"{action}: {answer.status_code} {answer.text[:400]}"
        await self.open(answer.extensions["leads_to"])

    def _filled(self, form):
        for control in form.iter():
            name, kind = control.get("name"), control.get("type", "text")
            if (
                control.tag == "input"
                and name
                and (kind not in {"radio", "checkbox", "submit"} or control.get("checked") is not None)
            ):
                yield name, control.get("value", "")
            elif control.tag == "select" and name:
                options = list(control.iter("option"))
                chosen = [each for each in options if each.get("selected") is not None] or options
                yield name, chosen[0].get("value", words_of(chosen[0]))
            elif control.tag == "textarea" and name:
                yield name, control.text or ""

    def _control(self, form, label):
        (found,) = [each for each in form.iter("label") if words_of(each).startswith(label)]
        (control,) = [each for each in form.iter() if each.get("id") == found.get("for")]
        return control

    def choice(self) -> tuple[str, str]:
        """The value and the label of the first radio button that has a value."""
        labels = {each.get("for"): words_of(each) for each in self.tree.iter("label")}
        radios = [each for each in self.tree.iter("input") if each.get("type") == "radio"]
        radio = next(each for each in radios if each.get("value"))
        return radio.get("value"), labels[radio.get("id")]


async def enter(actor, persona):
    walker = Walker(actor)
    await walker.open("/")
    await walker.press(persona)
    return walker


async def test_from_a_request_to_the_sheet_of_the_day_without_javascript(show):
    service = await enter(show, "Service")
    await service.follow("À traiter")
    rows = [each for each in service.tree.iter("tr") if "00010 " in words_of(each)]
    asked = next(each for each in rows if "Visite en retard" in words_of(each))
    link = next(asked.iter("a"))
    name = words_of(link).partition(" :")[0]
    await service.open(link.get("href"))
    assert name in service.page.text
    await service.follow("Proposer un créneau")
    value, label = service.choice()
    await service.press("Proposer", **{label: value})
    assert "Le rendez-vous est proposé" in service.page.text
    assert service.links("Suivant : ")

    employer = await enter(show, "Employeur")
    await employer.follow("Mon planning")
    assert name in employer.page.text
    await employer.press("Confirmer", about=name)

    service = await enter(show, "Service")
    await service.follow("Feuille du jour")
    day = day_of_label(label)
    centre = label.partition(" – ")[2].partition(",")[0]
    await service.press("Afficher", Centre=centre_number(service, centre), Jour=day)
    line = next(each for each in service.tree.iter("tr") if name in words_of(each))
    assert "confirmé" in words_of(line)


MONTHS = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
]


def day_of_label(label) -> str:
    """« Lundi 7 décembre à 9 h 00 – … » as the field of a day takes it, this year or the next."""
    _, number, month, *_ = label.split()
    today = clock.today()
    place = MONTHS.index(month) + 1
    year = today.year + (place < today.month)
    return f"{int(number.removesuffix('er')):02}/{place:02}/{year}"


def centre_number(walker, centre) -> str:
    (option,) = [each for each in walker.tree.iter("option") if words_of(each) == centre]
    return option.get("value")
