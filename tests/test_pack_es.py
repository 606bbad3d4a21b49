"""The Spanish pack on spoken sentences of our own, from Spain and Latin America.

tests/sentences/es/ID.yaml holds what the rule ``finds``, what it ``leaves``, and with a reason what it
``misses`` although a person would mark it or finds falsely (``false``).
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from voicecoach.rules import find, load_pack, read_lines

ES = load_pack("es")
SENTENCES = {
    file.stem: yaml.safe_load(file.read_text(encoding="utf-8"))
    for file in sorted((Path(__file__).parent / "sentences" / "es").glob("*.yaml"))
}
RIGHT = [
    (rule, kind, entry)
    for rule, kinds in SENTENCES.items()
    for kind in ("finds", "leaves")
    for entry in kinds.get(kind, ())
]
WRONG = [
    (rule, kind, entry, reason)
    for rule, kinds in SENTENCES.items()
    for kind in ("misses", "false")
    for entry, reason in kinds.get(kind, {}).items()
]


def found(rule: str, entry: str | list[str]) -> bool:
    example = read_lines([entry] if isinstance(entry, str) else entry)
    return any(match.rule == rule for match in find(ES, example.turns, events=example.events))


@pytest.mark.parametrize(("rule", "kind", "entry"), RIGHT, ids=lambda value: str(value)[:50])
def test_a_rule_does_with_a_sentence_what_we_say(rule: str, kind: str, entry: str | list[str]) -> None:
    assert found(rule, entry) == (kind == "finds")


def test_a_known_mistake_has_a_reason_and_is_still_one() -> None:
    assert all(reason for _, _, _, reason in WRONG)
    mended = [entry for rule, kind, entry, _ in WRONG if found(rule, entry) != (kind == "false")]
    assert mended == [], "no longer mistakes: move them to finds or leaves"


def test_there_are_enough_sentences_and_half_of_them_are_near_misses() -> None:
    assert {rule.id for rule in ES.rules} >= set(SENTENCES)
    holding = sum(len(kinds.get("finds", ())) + len(kinds.get("misses", ())) for kinds in SENTENCES.values())
    near = sum(len(kinds.get("leaves", ())) + len(kinds.get("false", ())) for kinds in SENTENCES.values())
    assert holding + near >= 670
    assert near >= 0.44 * (holding + near)


@pytest.mark.parametrize("rule", sorted(SENTENCES))
def test_precision_and_recall(rule: str) -> None:
    kinds = SENTENCES[rule]
    right, missed, wrong = (len(kinds.get(kind, ())) for kind in ("finds", "misses", "false"))
    assert right / (right + missed) >= 0.6
    assert right / (right + wrong) >= 0.7


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        ("listening.open_question", "que paso exactamente"),
        ("listening.clarification", "disculpe no le escuche bien"),
        ("courtesy.hold", "permitame un segundo"),
        ("courtesy.softener", "me podria decir su numero"),
        ("courtesy.apology", "le pido perdon por la demora"),
        ("structure.what", "mañana pasa el tecnico"),
        ("structure.what", "manana pasa el tecnico"),
        ("courtesy.closing", "adios que tenga buen dia"),
    ],
)
def test_accents_may_be_lost(rule: str, text: str) -> None:
    assert found(rule, text)


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        ("Es el veintidós cuarenta y cinco", "dos dos cuatro cinco"),
        ("ciento veintitres", "1 2 3"),
        ("a las cuatro menos cuarto", "3:45"),
        ("el dos de mayo", "2 de mayo"),
        ("mil doscientos euros", "1.200 euros"),
        ("doble seis siete", "66 7"),
        ("seis cero cero, treinta y uno", "600 31"),
    ],
)
def test_a_number_read_back_is_found_however_it_is_said(heard: str, said: str) -> None:
    assert found("listening.echo", [f"customer: {heard}", f"agent: {said}"])


def markers(*lines: str) -> set[tuple[int, str]]:
    return {(match.turn, match.rule) for match in find(ES, read_lines(lines).turns)}


GOOD = (
    "agent: Buenos días, Librería Alameda, le atiende Pilar, ¿en qué puedo ayudarle?",
    "customer: Hola. Pedí un atlas hace tres semanas y todavía no ha llegado.",
    "agent: Vaya, lo siento, tres semanas es mucho esperar. ¿Me dice el número de pedido, por favor?",
    "customer: Sí, es el cuarenta y dos, diecisiete.",
    "agent: Cuarenta y dos, diecisiete. Gracias. Un momento, que abro la ficha.",
    "customer: Vale.",
    "agent: Gracias por esperar. El atlas se quedó en el almacén porque hubo un corte de luz.",
    "customer: Pues me dijeron cinco días.",
    "agent: Puedo mandárselo hoy por mensajero o guardárselo en la tienda, lo que prefiera.",
    "customer: Por mensajero, mejor.",
    "agent: Yo misma llamo al almacén y mañana antes de las dos lo tiene en casa. ¿Necesita algo más?",
    "customer: No, nada más, muchas gracias.",
    "agent: Gracias a usted, doña Elvira. Que pase un buen sábado. Adiós.",
)
POOR = (
    "agent: Dígame.",
    "customer: Llevo toda la semana sin internet y nadie me llama.",
    "agent: Número de cliente.",
    "customer: No lo tengo aquí. He llamado cuatro veces ya.",
    "agent: Debería haberlo buscado antes de llamar.",
    "customer: ¿Y no pueden buscarlo por mi nombre?",
    "agent: No se puede. Son las normas.",
    "customer: Es que no puedo trabajar.",
    "agent: Señora, cálmese. Tiene que reiniciar el router.",
    "customer: Ya lo he hecho diez veces.",
    "agent: Los técnicos nunca contestan. ¿Tú tienes el router encendido?",
    "customer: Sí, claro.",
    "agent: Pues es lo que hay. Hasta luego.",
)
COMPLAINT = (
    "agent: Muy buenas tardes, gracias por llamar a Banco del Sur, le saluda Gonzalo.",
    "customer: Me llamo Marisol Prieto. Estoy muy molesta, me cobraron dos veces la misma cuota.",
    "agent: Entiendo su molestia, señora Marisol. Le pido una disculpa. ¿Me regala su número de cédula?",
    "customer: Ocho, cuatro, cinco, doble dos, uno.",
    "agent: Ocho, cuatro, cinco, veintidós, uno, ¿correcto?",
    "customer: Correcto.",
    "agent: Hoy no puedo devolvérselo, pero le puedo abonar el cargo el jueves. Yo me encargo.",
    "customer: Bueno, está bien.",
    "agent: Entonces quedamos en que el jueves antes de las seis le llamo. ¿Se le ofrece algo más?",
    "customer: No, gracias.",
    "agent: A la orden, señora Marisol. Que tenga bonita tarde.",
)


@pytest.mark.parametrize(
    ("lines", "held"),
    [
        (
            GOOD,
            {
                (0, "courtesy.greeting"),
                (0, "courtesy.self_introduction"),
                (0, "courtesy.offer_help"),
                (2, "courtesy.apology"),
                (2, "courtesy.softener"),
                (4, "listening.echo"),
                (4, "courtesy.hold"),
                (6, "courtesy.hold_return"),
                (6, "structure.why"),
                (8, "structure.options"),
                (10, "structure.what"),
                (10, "courtesy.anything_else"),
                (12, "courtesy.name_use"),
                (12, "courtesy.closing"),
            },
        ),
        (
            POOR,
            {
                (2, "courtesy.blunt_command"),
                (2, "listening.unacknowledged_problem"),
                (4, "courtesy.blame"),
                (6, "courtesy.flat_refusal"),
                (8, "courtesy.dismissive"),
                (8, "listening.advice_first"),
                (10, "courtesy.other_department"),
                (10, "courtesy.address_slip"),
                (12, "courtesy.dismissive"),
            },
        ),
        (
            COMPLAINT,
            {
                (2, "listening.empathy"),
                (2, "courtesy.apology"),
                (4, "listening.echo"),
                (4, "listening.confirmation"),
                (6, "structure.options"),
                (6, "structure.ownership"),
                (8, "listening.summary"),
                (8, "structure.what"),
                (8, "courtesy.anything_else"),
                (10, "courtesy.closing"),
            },
        ),
    ],
    ids=["good", "poor", "complaint"],
)
def test_whole_calls(lines: tuple[str, ...], held: set[tuple[int, str]]) -> None:
    assert held <= markers(*lines)


@pytest.mark.parametrize("lines", [GOOD, COMPLAINT], ids=["good", "complaint"])
def test_nothing_is_held_against_a_good_call(lines: tuple[str, ...]) -> None:
    negative = {rule.id for rule in ES.rules if rule.polarity == "negative"}
    assert {marker for marker in markers(*lines) if marker[1] in negative} == set()
