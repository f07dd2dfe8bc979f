"""What the made-up people of the demonstration tell, each in their own language.

Nobody here exists, no place is named, and every group carries "(demo)".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """One kind of trouble: the story and the need by language, and what the panel may read."""

    story: Mapping[str, str]
    need: Mapping[str, str]
    redacted: str
    check: str


def _text(redacted: str, check: str, **told: tuple[str, str]) -> Text:
    return Text(
        {language: story for language, (story, _need) in told.items()},
        {language: need for language, (_story, need) in told.items()},
        redacted,
        check,
    )


SEARCH = _text(
    "A person who documents local protests was searched at home. Computer and telephone were "
    "taken, a hearing is announced. A lawyer has agreed to act.",
    "Spoke with the lawyer named; the account fits.",
    en=(
        (
            "Six men came to my flat at six in the morning and searched it until noon. They took "
            "my computer, two telephones and all notebooks of our archive. I am called as a "
            "witness, but my lawyer thinks that this will change."
        ),
        "A lawyer for the hearing, and something to work on.",
    ),
    ru=(
        (
            "В шесть утра пришли шестеро и обыскивали квартиру до полудня. Забрали компьютер, два "
            "телефона и все тетради нашего архива. Пока я прохожу свидетелем, но адвокат "
            "считает, что это ненадолго."
        ),
        "Адвокат на суд и техника, чтобы продолжать работу.",
    ),
    de=(
        (
            "Um sechs Uhr morgens standen sechs Männer in der Wohnung und suchten bis mittags. "
            "Mitgenommen haben sie den Rechner, zwei Telefone und alle Hefte unseres Archivs. "
            "Noch gelte ich als Zeuge, mein Anwalt glaubt nicht, dass es dabei bleibt."
        ),
        "Einen Anwalt für die Verhandlung und ein Gerät zum Arbeiten.",
    ),
)

DETENTION = _text(
    "The brother of a person in detention asks for help. The person was taken after monitoring a "
    "trial and has seen a lawyer once. Parcels and visits have to be paid by the family.",
    "The lawyer confirmed the detention and the next date.",
    en=(
        (
            "My sister was taken on the steps of the court where she had been taking notes. She "
            "has seen a lawyer once. We may bring parcels, but the prison is a day's journey "
            "away."
        ),
        "The lawyer's fee and the journeys for two months.",
    ),
    ru=(
        (
            "Сестру задержали на ступенях суда, где она вела записи. Адвоката к ней пустили один "
            "раз. Передачи принимают, но до изолятора сутки дороги, и у нас больше нет денег."
        ),
        "Оплатить адвоката и поездки с передачами на два месяца.",
    ),
    de=(
        (
            "Meine Schwester wurde auf der Treppe des Gerichts festgenommen, in dem sie "
            "mitgeschrieben hatte. Ein Anwalt durfte einmal zu ihr. Pakete nehmen sie an, aber "
            "die Fahrt dauert einen Tag."
        ),
        "Das Honorar des Anwalts und die Fahrten für zwei Monate.",
    ),
)

BEATEN = _text(
    "A volunteer medic was beaten by unknown people after treating the injured at an assembly. "
    "A broken arm needs an operation; the public hospital asks questions.",
    "Saw the doctor's estimate; no name on it.",
    en=(
        (
            "On my way home from the assembly where I had dressed wounds, three people waited for "
            "me. My arm is broken in two places. At the public hospital somebody asks who was "
            "there."
        ),
        "An operation in a clinic that does not ask.",
    ),
    ru=(
        (
            "Я перевязывал раненых на собрании, и по дороге домой меня ждали трое. Рука сломана в "
            "двух местах. В обычной больнице спрашивают, кто ещё там был, поэтому я туда не иду."
        ),
        "Операция в клинике, где не задают вопросов.",
    ),
    de=(
        (
            "Auf der Versammlung habe ich Wunden verbunden, auf dem Heimweg warteten drei Leute "
            "auf mich. Der Arm ist zweimal gebrochen. Im öffentlichen Krankenhaus wird gefragt, "
            "wer noch dabei war."
        ),
        "Eine Operation in einer Klinik, die nicht fragt.",
    ),
)

LISTED = _text(
    "A person who edits a small newsletter was put on a state list. Accounts are blocked, every "
    "text has to carry a label, fines follow each other.",
    "The entry is public; compared the dates.",
    en=(
        (
            "Since Friday my name is on the list. The bank has closed my account, and each text I "
            "sign has to carry the label. The first fine is already there, the second one is "
            "announced."
        ),
        "A lawyer to contest the entry, and rent for a month.",
    ),
    ru=(
        (
            "С пятницы моя фамилия в реестре. Банк закрыл счёт, на каждом тексте должна стоять "
            "пометка. Первый штраф уже выписан, второй обещают на следующей неделе."
        ),
        "Юрист, чтобы оспорить внесение в реестр, и аренда за месяц.",
    ),
    de=(
        (
            "Seit Freitag steht mein Name auf der Liste. Die Bank hat das Konto geschlossen, "
            "jeder Text muss den Vermerk tragen. Das erste Bußgeld ist da, das zweite "
            "angekündigt."
        ),
        "Eine Anwältin gegen den Eintrag und die Miete für einen Monat.",
    ),
)

SPYWARE = _text(
    "Messages of a coordinator of election observers were read by others; a check found foreign "
    "software on the telephone. The group needs clean devices and advice.",
    "The technical report was seen by our digital adviser.",
    en=(
        (
            "People quoted to my face what I had written to one colleague only. A friend looked "
            "at my telephone and found something that does not belong there. Forty observers are "
            "in my address book."
        ),
        "Two clean telephones and a week of advice.",
    ),
    ru=(
        (
            "Мне пересказали то, что я писала только одной коллеге. Знакомый проверил телефон и "
            "нашёл чужую программу. В моей записной книжке сорок наблюдателей."
        ),
        "Два чистых телефона и неделя работы специалиста.",
    ),
    de=(
        (
            "Man hat mir vorgelesen, was ich nur einer Kollegin geschrieben hatte. Ein Freund "
            "fand auf dem Telefon etwas, das dort nicht hingehört. In meinem Adressbuch stehen "
            "vierzig Wahlbeobachterinnen."
        ),
        "Zwei saubere Telefone und eine Woche Beratung.",
    ),
)

DISMISSED = _text(
    "A teacher lost work after speaking at a memorial evening. There are two children; the "
    "landlord has given notice.",
    "The notice of dismissal was shown, names covered.",
    en=(
        (
            "I spoke for four minutes at a memorial evening. On Monday the school no longer "
            "needed me, and on Wednesday the landlord gave notice. My children are seven and ten."
        ),
        "Rent and food for two months, until I have found lessons.",
    ),
    ru=(
        (
            "На вечере памяти я говорила четыре минуты. В понедельник школа во мне уже не "
            "нуждалась, а в среду хозяин попросил освободить квартиру. Детям семь и десять лет."
        ),
        "Жильё и еда на два месяца, пока не найду уроки.",
    ),
    de=(
        (
            "Vier Minuten habe ich auf einem Gedenkabend gesprochen. Am Montag brauchte mich die "
            "Schule nicht mehr, am Mittwoch kam die Kündigung der Wohnung. Die Kinder sind sieben "
            "und zehn."
        ),
        "Miete und Essen für zwei Monate, bis ich Stunden gefunden habe.",
    ),
)

THREATS = _text(
    "An organiser of a women's group gets threats at home; the address was published. Locks, a "
    "camera and a few weeks elsewhere are asked for.",
    "Saw copies of the threats; the group confirms.",
    en=(
        (
            "My address was published together with a photograph of my door. Since then there are "
            "letters under it every night. The women's group Open Window (demo) knows me for six "
            "years."
        ),
        "A few weeks in another place, a new lock, a camera.",
    ),
    ru=(
        (
            "Мой адрес выложили вместе с фотографией двери. С тех пор под ней каждую ночь "
            "появляются записки. Женская группа «Открытое окно» (demo) знает меня шесть лет."
        ),
        "Несколько недель в другом месте, новый замок и камера.",
    ),
    de=(
        (
            "Meine Adresse wurde mit einem Foto der Haustür veröffentlicht. Seitdem liegen jede "
            "Nacht Zettel davor. Die Frauengruppe Offenes Fenster (demo) kennt mich seit sechs "
            "Jahren."
        ),
        "Ein paar Wochen an einem anderen Ort, ein neues Schloss, eine Kamera.",
    ),
)

FINE = _text(
    "An artist was fined for a picture in a window; who does not pay within thirty days faces "
    "arrest. An appeal has been filed.",
    "The decision of the court was shown.",
    en=(
        (
            "I hung a drawing of an empty chair into my window. The court calls it an "
            "unauthorised assembly. Whoever does not pay within thirty days goes to prison for "
            "ten."
        ),
        "The fine and the court's fee.",
    ),
    ru=(
        (
            "Я повесил в окно рисунок пустого стула. Суд назвал это несогласованным собранием. "
            "Кто не заплатит за тридцать дней, получает десять суток."
        ),
        "Штраф и судебная пошлина.",
    ),
    de=(
        (
            "In mein Fenster habe ich die Zeichnung eines leeren Stuhls gehängt. Das Gericht "
            "nennt das eine unerlaubte Versammlung. Wer in dreißig Tagen nicht zahlt, sitzt zehn "
            "Tage."
        ),
        "Das Bußgeld und die Gerichtskosten.",
    ),
)

ARCHIVE = _text(
    "A small archive of letters from prison has lost its rooms after an inspection. It has to be "
    "moved within days and copied.",
    "The landlord's letter and the inventory fit together.",
    en=(
        (
            "After the inspection our archive Quiet Voices (demo) has to leave its rooms until "
            "Sunday. There are four hundred letters from prison, and no second copy of any."
        ),
        "Transport, a dry room for three months, a scanner.",
    ),
    ru=(
        (
            "После проверки наш архив «Тихие голоса» (demo) должен освободить комнаты до "
            "воскресенья. В нём четыреста писем из тюрем, и ни у одного нет копии."
        ),
        "Перевозка, сухая комната на три месяца, сканер.",
    ),
    de=(
        (
            "Nach der Prüfung muss unser Archiv Leise Stimmen (demo) bis Sonntag aus den Räumen. "
            "Vierhundert Briefe aus Gefängnissen liegen dort, von keinem gibt es eine Abschrift."
        ),
        "Transport, ein trockener Raum für drei Monate, ein Scanner.",
    ),
)

BORDER = _text(
    "A lawyer was stopped at a border and the passport was kept. The person is stuck in a place "
    "without work; friends can house them for a week.",
    "The border's receipt was shown; the bar association knows of it.",
    en=(
        (
            "I defended two organisers. On my way to a hearing abroad they kept my passport at "
            "the border and gave me a slip of paper. Friends can house me for a week."
        ),
        "A room, food, and a colleague to file the complaint.",
    ),
    ru=(
        (
            "Я защищала двух активистов. По дороге на заседание за границей у меня забрали "
            "паспорт и выдали листок бумаги. Друзья могут приютить меня на неделю."
        ),
        "Комната, еда и коллега, который подаст жалобу.",
    ),
    de=(
        (
            "Ich habe zwei Aktivisten verteidigt. Auf dem Weg zu einer Verhandlung im Ausland "
            "behielt man an der Grenze meinen Pass und gab mir einen Zettel. Freunde können mich "
            "eine Woche aufnehmen."
        ),
        "Ein Zimmer, Essen und ein Kollege, der die Beschwerde einreicht.",
    ),
)

EXHAUSTED = _text(
    "A person who answered a helpline for prisoners' families for three years cannot sleep after "
    "an interrogation and asks for ten sessions with a psychologist.",
    "The helpline's coordinator confirms the work.",
    en=(
        (
            "For three years I answered the telephone of a helpline for prisoners' families, "
            "River (demo). After the interrogation I do not sleep. I would like to go on, but not "
            "like this."
        ),
        "Ten hours with a psychologist who knows such things.",
    ),
    ru=(
        (
            "Три года я отвечала на звонки семей заключённых на линии «Река» (demo). После "
            "допроса я не сплю. Хочу продолжать, но так не получается."
        ),
        "Десять встреч с психологом, который знает такое.",
    ),
    de=(
        (
            "Drei Jahre lang saß ich am Telefon für Familien von Gefangenen, Fluss (demo). Seit "
            "dem Verhör schlafe ich nicht. Ich möchte weitermachen, aber so geht es nicht."
        ),
        "Zehn Stunden bei jemandem, der so etwas kennt.",
    ),
)

MONITOR = _text(
    "A person who keeps a public list of trials has to leave a town for some weeks; a case was "
    "opened. Transport and a stay elsewhere in the country are asked for.",
    "Two colleagues confirm the case and the work.",
    en=(
        (
            "I keep a public list of trials, with dates and rooms. Now there is a case against me "
            "as well. Colleagues say that I should not sleep at home until it has been read."
        ),
        "The journey and four weeks elsewhere.",
    ),
    ru=(
        (
            "Я веду открытый список судебных заседаний. Теперь завели дело и на меня. Коллеги "
            "говорят, что до ознакомления с делом дома лучше не ночевать."
        ),
        "Дорога и четыре недели в другом городе.",
    ),
    de=(
        (
            "Ich führe eine öffentliche Liste von Prozessen, mit Tag und Saal. Nun gibt es auch "
            "gegen mich ein Verfahren. Die Kollegen raten, bis zur Akteneinsicht nicht zu Hause "
            "zu schlafen."
        ),
        "Die Reise und vier Wochen woanders.",
    ),
)

QUESTIONS = {
    "en": ("Who is the lawyer, and may we call them?", "Until when does the payment help?"),
    "ru": ("Кто адвокат и можно ли нам позвонить?", "До какого дня оплата ещё поможет?"),
    "de": ("Wer ist der Anwalt, und dürfen wir anrufen?", "Bis wann hilft die Zahlung noch?"),
}
"""What the desk asks, by language."""

ANSWERS = {
    "en": "Please ask for the lawyer of the group Open Window (demo). By the end of next week.",
    "ru": "Спросите адвоката группы «Открытое окно» (demo). До конца следующей недели.",
    "de": "Bitte nach der Anwältin von Offenes Fenster (demo) fragen. Bis Ende nächster Woche.",
}
"""What people answer, by language."""

REPORTS = {
    "en": "Everything was paid as agreed. I am safer than before, and I am working again.",
    "ru": "Всё оплачено, как договорились. Мне спокойнее, и я снова работаю.",
    "de": "Alles wurde wie vereinbart bezahlt. Es ist ruhiger geworden, ich arbeite wieder.",
}
"""What people write when it is over, by language."""
