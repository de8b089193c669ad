"""GET /v1/questions, /openapi.json and /docs: what the service says of itself."""

import re

import httpx

from valuation.domain.questions import QUESTIONS
from valuation.web.self_schemas import QuestionList


def test_the_questions_are_the_registrys(standing: httpx.Client) -> None:
    answer = standing.get("/v1/questions").json()
    QuestionList.model_validate(answer)
    assert [question["id"] for question in answer["data"]] == [q.id for q in QUESTIONS]


def test_the_schema_of_answers_derives_from_the_registry(standing: httpx.Client) -> None:
    schema = standing.get("/openapi.json").json()["components"]["schemas"]["QuoteIn"]
    answers = schema["properties"]["answers"]["properties"]
    assert list(answers) == [q.id for q in QUESTIONS]
    assert answers["cosmetic_grade"]["enum"] == ["E", "D", "C", "B", "A"]
    assert answers["battery_health"] | {"title": "", "description": ""} == {
        "type": "integer", "minimum": 0, "maximum": 100, "title": "", "description": "",
    }  # fmt: skip


def test_every_reference_of_the_openapi_document_leads_somewhere(standing: httpx.Client) -> None:
    document = standing.get("/openapi.json")
    schemas = document.json()["components"]["schemas"]
    references = set(re.findall(r'"\$ref":"#/components/schemas/(\w+)"', document.text))
    assert {"Problem", "CustomerQuote", "MerchantQuote"} <= references <= set(schemas)


def test_errors_are_declared_as_problems(standing: httpx.Client) -> None:
    paths = standing.get("/openapi.json").json()["paths"]
    declared = paths["/v1/quotes"]["post"]["responses"]
    assert {"201", "400", "401", "403", "409", "413", "415", "422", "503"} == set(declared)
    assert list(declared["422"]["content"]) == ["application/problem+json"]


def test_the_documentation_loads_nothing_from_elsewhere(standing: httpx.Client) -> None:
    page = standing.get("/docs")
    assert page.status_code == 200
    assert "/v1/quotes" in page.text
    assert not re.findall(r'(?:src|href)="(?!#|/)', page.text)
    assert "<script" not in page.text
