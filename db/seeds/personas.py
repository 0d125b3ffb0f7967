"""People as whom the demo signs in by one click."""

from dataclasses import dataclass

PASSWORD = "portail-demo-2026"


@dataclass(frozen=True, slots=True)
class Persona:
    email: str
    title: str
    words: str


PERSONAS = (
    Persona("employeur@demo.example", "Employeur", "dirige Adhérent BRIEUC et ses sites de Paimpol et Dinan"),
    Persona("cabinet@demo.example", "Cabinet", "tiers déclarant de 40 entreprises"),
    Persona("service@demo.example", "Service", "travaille au service de santé au travail"),
)
LETTERS = (("00010", "2022000109"), ("00042", "2022000422"))
