"""What runs in containers exists: every command, variable, port and file.

The commands themselves are run as processes by `tests/journeys/test_composed.py`.
"""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.config import CLASSES, ApiSettings, TelegramSettings, WebhooksSettings
from sandbox.settings import all_settings
from tests.containers import COMPOSE, OURS, ROOT, SERVICES, THEIRS, VARIABLE, environment_of

SETTINGS = {name.upper(): field for settings in CLASSES for name, field in settings.model_fields.items()}
# What the images of others document.
OF_IMAGES = {
    "postgres": {"POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRES_DB"},
    "rabbitmq": {"RABBITMQ_DEFAULT_USER", "RABBITMQ_DEFAULT_PASS"},
    "grafana": {
        *("GF_SECURITY_ADMIN_USER", "GF_SECURITY_ADMIN_PASSWORD", "GF_ANALYTICS_REPORTING_ENABLED"),
        *("GF_ANALYTICS_CHECK_FOR_UPDATES", "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"),
    },
}
PORTS = {"postgres": {5432}, "rabbitmq": {5672, 15672, 15692}, "prometheus": {9090}, "grafana": {3000}}
PORTS["jaeger"] = {4318, 16686}
KEYS = {
    *("image", "build", "restart", "stop_grace_period", "read_only", "tmpfs", "cap_drop", "security_opt", "volumes"),
    *("env_file", "depends_on", "profiles", "command", "environment", "ports", "healthcheck", "deploy", "hostname"),
    "shm_size",
}
DURATION = re.compile(r"\d+[sm]")


def _read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


class TestServices:
    def test_are_described_by_what_compose_knows(self) -> None:
        assert {key for key in COMPOSE if not key.startswith("x-")} == {"name", "services", "volumes"}
        for name, service in SERVICES.items():
            assert service.keys() <= KEYS, name
            for key in ("command", "profiles", "ports", "volumes", "tmpfs"):
                assert all(isinstance(each, str) for each in service.get(key, [])), (name, key)
            # A value that YAML would read as a number or a truth would reach the process as another text.
            assert all(isinstance(value, str) for value in service.get("environment", {}).values()), name
            assert DURATION.fullmatch(service.get("stop_grace_period", "1s")), name

    def test_wait_for_services_that_exist_and_can_be_waited_for(self) -> None:
        for name, service in SERVICES.items():
            for other, how in service.get("depends_on", {}).items():
                waited_for = SERVICES[other]
                # Whoever waits is never started without what it waits for.
                assert set(waited_for.get("profiles", service.get("profiles", []))) >= set(service.get("profiles", []))
                if how["condition"] == "service_healthy":
                    assert waited_for["healthcheck"], (name, other)
                else:
                    assert (how["condition"], waited_for["restart"]) == ("service_completed_successfully", "no")

    def test_can_be_started_in_any_number_where_that_makes_sense(self) -> None:
        for name in ("workers", "sandbox-workers"):
            assert not SERVICES[name].keys() & {"ports", "container_name", "hostname"}
            assert SERVICES[name]["deploy"]["replicas"] > 1

    def test_of_ours_are_watched_over(self) -> None:
        for name, service in OURS.items():
            if name != "migrate":
                asked = re.findall(r"http://127\.0\.0\.1:(\d+)(/\S*)\"", service["healthcheck"]["test"][-1])
                port = "8765" if name == "sandbox" else service["environment"]["METRICS_PORT"]
                assert asked == [(port, "/" if name == "sandbox" else "/health/ready")], name

    @pytest.mark.parametrize("command", sorted({tuple(service["command"]) for service in OURS.values()}))
    def test_run_commands_that_exist(self, command: tuple[str, ...]) -> None:
        assert command[:2] == ("python", "-m")
        if command[2:] in {
            ("bot",),
            ("webhooks",),
            ("api",),
        }:  # they take no words, so that asking for help would start them
            words = ["-c", f"import {command[2]}.__main__"]
        else:
            words = [*(word for word in command[1:] if not word.startswith("--")), "--help"]
        known = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True, check=False)

        assert known.returncode == 0, known.stderr
        for option in (word for word in command if word.startswith("--")):
            assert option.partition("=")[0] in known.stdout


class TestVariables:
    def test_are_settings_of_the_product(self) -> None:
        for name, service in OURS.items():
            assert service["environment"].keys() <= SETTINGS.keys(), name

    def test_are_values_that_the_settings_take(self) -> None:
        for service in OURS.values():
            environment = {name.lower(): value for name, value in environment_of(service).items()}
            for settings in CLASSES:
                settings.model_validate(
                    {name: environment[name] for name in environment.keys() & settings.model_fields}
                )

    def test_of_others_are_those_that_their_images_know(self) -> None:
        for name, service in THEIRS.items():
            assert set(service.get("environment", {})) <= OF_IMAGES.get(name, set()), name

    def test_that_are_filled_in_have_a_default_and_are_in_the_example(self) -> None:
        text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
        example = (ROOT / ".env.example").read_text(encoding="utf-8")

        found = VARIABLE.findall(text)

        assert len(found) == text.count("${")
        assert {name for name, _ in found} == {"POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "GRAFANA_PASSWORD"}
        assert all(default and f"# {name}=" in example for name, default in found)

    def test_of_the_sandbox_are_those_that_it_asks_for(self) -> None:
        networks = "10.0.0.0/8,172.16.0.0/12,192.168.0.0/16"
        asked = all_settings("http://sandbox:8765", "http://sandbox:8766", networks=networks)
        for name in ("sandbox-bot", "sandbox-webhooks", "sandbox-api", "sandbox-workers"):
            environment = environment_of(SERVICES[name])
            assert {key: environment[key] for key in asked} == asked
            assert SERVICES[name]["env_file"] == []
        assert f"--networks={networks}" in SERVICES["sandbox"]["command"]

    def test_name_hosts_and_ports_that_exist(self) -> None:
        for name, service in OURS.items():
            said = " ".join([*environment_of(service).values(), *service["command"]])
            for host, port in re.findall(r"(?:@|//)([a-z-]+):(\d+)", said):
                assert int(port) in PORTS.get(host, _ports_of(host)), (name, host, port)


def _ports_of(name: str) -> set[int]:
    service = SERVICES[name]
    environment = service.get("environment", {})
    words = [word.partition("=")[2] for word in service.get("command", []) if "port=" in word]
    return {int(value) for value in [*(environment[key] for key in environment if key.endswith("_PORT")), *words]}


class TestPorts:
    def test_that_are_opened_are_listened_at_and_stay_on_this_machine(self) -> None:
        # The real thing and the sandbox are never started together; what watches goes with either.
        taken: dict[str, list[str]] = {"real": [], "sandbox": []}
        for name, service in SERVICES.items():
            for opened in service.get("ports", []):
                address, outside, inside = opened.split(":")
                assert address == "127.0.0.1"
                assert int(inside) in (PORTS.get(name) or _ports_of(name)), (name, opened)
                for profile in taken.keys() & set(service.get("profiles", [])) or taken:
                    taken[profile].append(outside)

        for ports in taken.values():
            assert len(ports) == len(set(ports))

    def test_of_the_product_are_those_of_its_settings(self) -> None:
        watched = [service["environment"] for name, service in OURS.items() if name != "sandbox"]

        assert {environment["METRICS_PORT"] for environment in watched} == {"9100"}
        known = (("WEBHOOKS_PORT", WebhooksSettings), ("WEBHOOK_PORT", TelegramSettings), ("API_PORT", ApiSettings))
        for name, settings in known:
            default = str(settings.model_fields[name.lower()].default)
            assert {environment[name] for environment in watched if name in environment} == {default}

    def test_that_prometheus_reads_are_there(self) -> None:
        syncbuy, rabbitmq = _read("ops/prometheus/prometheus.yml")["scrape_configs"]
        [found] = syncbuy["dns_sd_configs"]

        assert set(found["names"]) == OURS.keys() - {"migrate", "sandbox"}
        assert {str(found["port"])} == {OURS[name]["environment"]["METRICS_PORT"] for name in found["names"]}
        assert rabbitmq["static_configs"] == [{"targets": ["rabbitmq:15692"]}]
        assert "rabbitmq_prometheus" in (ROOT / "ops/rabbitmq/enabled_plugins").read_text(encoding="utf-8")


class TestFiles:
    def test_that_are_mounted_exist_and_volumes_are_named(self) -> None:
        for name, service in SERVICES.items():
            for mounted in service.get("volumes", []):
                source, target, *how = mounted.split(":")
                assert target.startswith("/"), name
                if source.startswith("./"):
                    assert (ROOT / source).exists(), (name, source)
                    assert how == ["ro"]
                else:
                    assert source in COMPOSE["volumes"]

    def test_that_the_image_copies_exist_and_pass_what_is_ignored(self) -> None:
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
        copied = [
            source
            for words in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
            for source in words.split()[:-1]
        ]

        for source in copied:
            assert (ROOT / source).exists(), source
            assert f"!{Path(source).parts[0]}" in ignored, source
        assert ignored[1] == "*"

    def test_of_the_image_are_all_that_its_commands_import(self) -> None:
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
        packages = {file.parent.name for file in ROOT.glob("*/__init__.py")} - {"bench"}

        for package in packages | {"alembic"}:
            assert f"COPY {package} {package}" in dockerfile
        for lock in ("runtime", "kafka"):
            assert f"requirements/{lock}.lock" in dockerfile

    def test_of_the_image_hold_no_secret_and_run_as_nobody_special(self) -> None:
        dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")

        assert not re.search(r"TOKEN|SECRET|PASSWORD|\.env", dockerfile)
        assert dockerfile.index("USER syncbuy") > dockerfile.index("COPY sandbox")
        assert "STOPSIGNAL SIGTERM" in dockerfile
        assert "--require-hashes" in dockerfile

    def test_of_grafana_stand_where_grafana_looks(self) -> None:
        [provider] = _read("ops/grafana/provisioning/dashboards/dashboards.yml")["providers"]
        mounted = dict(volume.split(":")[:2] for volume in SERVICES["grafana"]["volumes"])
        home = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]

        assert mounted["./ops/grafana/dashboards"] == provider["options"]["path"]
        assert (ROOT / "ops/grafana/dashboards" / Path(home).name).exists()
        for source in _read("ops/grafana/provisioning/datasources/datasources.yml")["datasources"]:
            host, port = source["url"].removeprefix("http://").split(":")
            assert int(port) in PORTS[host]
