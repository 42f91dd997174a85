"""What is watched is counted: the dashboard and the alerts ask for figures, labels and outcomes that exist."""

import json
import re

import pytest
import yaml
from prometheus_client import REGISTRY

from core.telemetry import measures
from tests.containers import ROOT
from webhooks.outcome import Outcome

DASHBOARD = json.loads((ROOT / "ops/grafana/dashboards/syncbuy.json").read_text(encoding="utf-8"))
GROUPS = yaml.safe_load((ROOT / "ops/prometheus/alerts.yml").read_text(encoding="utf-8"))["groups"]
ALERTS = [rule for group in GROUPS for rule in group["rules"]]
QUERIES = {
    **{rule["alert"]: rule["expr"] for rule in ALERTS},
    **{
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in DASHBOARD["panels"]
        for target in panel.get("targets", [])
    },
}
# What others show: Prometheus itself, and the plugin of RabbitMQ.
FOREIGN: dict[str, set[str]] = {
    "up": set(),
    **{f"rabbitmq_queue_{name}": {"queue"} for name in ("consumers", "messages_ready", "messages_unacked")},
}
WORDS = {
    *("sum", "max", "min", "by", "rate", "increase", "histogram_quantile", "absent", "vector", "or", "and"),
    *("le", "s", "m"),
}
NAME = re.compile(r"(?<![\w$\"])[a-z_][a-z0-9_]*")


def _samples() -> dict[str, set[str]]:
    """Return every figure that a process shows by the name it has when it is read, with the names of its labels."""
    shown: dict[str, set[str]] = {}
    for family in REGISTRY.collect():
        shown |= {sample.name: set(sample.labels) for sample in family.samples}
    for measure in vars(measures).values():  # one with labels shows nothing before it has counted something
        for name in getattr(measure, "_labelnames", ()) and [measure._name]:
            endings = {"counter": ["_total"], "histogram": ["_bucket", "_count", "_sum"]}.get(measure._type, [""])
            more = {"le"} if measure._type == "histogram" else set()
            shown |= {f"{name}{ending}": {*measure._labelnames, *more} for ending in endings}
    return shown


class TestWatching:
    @pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES.keys())
    def test_asks_for_figures_and_labels_that_exist(self, query: str) -> None:
        shown = {**_samples(), **FOREIGN}
        without_values = re.sub(r'"[^"]*"|\[[^\]]*\]', "", query)
        selected = re.findall(r"([a-z_0-9]+)\{([^}]*)\}", without_values)

        named = set(NAME.findall(re.sub(r"\{[^}]*\}|by \([^)]*\)", "", without_values))) - WORDS

        assert named, query
        assert named <= shown.keys()
        labels = {label for figure in named for label in shown[figure]} | {"job", "instance", "process"}
        for figure, words in selected:
            assert set(re.findall(r"[a-z_]+(?=[!=~])", words)) <= shown[figure] | {"job"}, figure
        for grouping in re.findall(r"by \(([^)]*)\)", without_values):
            assert {label.strip() for label in grouping.split(",")} <= labels

    def test_asks_for_outcomes_that_are_counted(self) -> None:
        counted = {*Outcome, "published", "sent", "refused", "unknown", "failed", "bug", "handled"}
        for query in QUERIES.values():
            for words in re.findall(r'outcome[!=~]+"([^"]*)"', query):
                assert set(words.split("|")) <= counted

    def test_warns_in_words(self) -> None:
        for rule in ALERTS:
            assert rule["labels"]["severity"] in {"page", "ticket"}
            assert rule["annotations"]["summary"].endswith((".", "?"))
            assert re.fullmatch(r"\d+[sm]", rule.get("for", "1s"))

    def test_covers_what_must_not_stay_unseen(self) -> None:
        warned = " ".join(rule["expr"] for rule in ALERTS)
        for figure in ("outbox", "dead_letters", "audit_violations", "deliveries", "notices", "database_up"):
            assert figure in warned

    def test_shows_panels_side_by_side(self) -> None:
        taken: set[tuple[int, int]] = set()
        for panel in DASHBOARD["panels"]:
            at = panel["gridPos"]
            cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
            assert not cells & taken, panel["title"]
            assert at["x"] + at["w"] <= 24
            taken |= cells
