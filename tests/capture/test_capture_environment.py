from __future__ import annotations

import json
import socket

from nsys_tools.capture import environment

GPU = "NVIDIA H200, 570.1, 9.0, 143771 MiB, 1980 MHz, 3201 MHz, 345 MHz, 1593 MHz, 700.00 W, Disabled\n"


def test_a_gpu_is_described_by_its_driver(monkeypatch):
    monkeypatch.setattr(environment.tools, "answer", lambda _command: GPU * 2)
    [first, second] = environment.gpus()
    assert first == second
    assert (first["name"], first["clocks.max.sm"], first["driver_version"]) == ("NVIDIA H200", "1980 MHz", "570.1")


def test_without_a_driver_there_are_no_gpus(monkeypatch):
    monkeypatch.setattr(environment.tools, "answer", lambda _command: None)
    assert environment.gpus() == []


def test_no_secret_no_user_and_no_host(monkeypatch):
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setenv("USER", "alicia")
    monkeypatch.setattr(environment, "torch_cuda", lambda: None)
    text = json.dumps(environment.collect(None, None))
    assert "hf_secret" not in text
    assert "alicia" not in text
    assert f'"{socket.gethostname()}"' not in text


def test_a_changed_checkout_says_so(monkeypatch):
    answers = {"rev-parse": "abc123\n", "status": " M file\n"}
    monkeypatch.setattr(environment.tools, "answer", lambda command: answers[command[3]])
    monkeypatch.setattr(environment.assets, "root", _Checkout)
    assert environment.git_commit() == "abc123-dirty"
    answers["status"] = ""
    assert environment.git_commit() == "abc123"


class _Checkout:
    def __truediv__(self, _name: str) -> _Checkout:
        return self

    def exists(self) -> bool:
        return True
