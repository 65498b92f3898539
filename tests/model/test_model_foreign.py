"""A transformers name or configuration in place of a model file."""

import json
from pathlib import Path

import pytest

from nsys_tools.errors import NsysToolsError, UsageError
from nsys_tools.model import architecture
from tests.commands import refused


@pytest.mark.parametrize("name", ["Qwen/Qwen3-8B", "LlamaForCausalLM", "qwen3_moe", "meta-llama/Llama-3.1-8B"])
def test_a_name_of_transformers_leads_to_inspect(name: str) -> None:
    with pytest.raises(NsysToolsError) as caught:
        architecture.load(name)
    assert f"run `nsys-tools model inspect {name} --out model.json`." in caught.value.hint
    assert isinstance(caught.value, UsageError) == ("/" not in name)


@pytest.mark.parametrize("data", [{"model_type": "bert"}, {"architectures": ["LlamaForCausalLM"], "hidden_size": 64}])
def test_a_configuration_that_the_builder_does_not_know_leads_to_inspect(
    data: dict[str, object], tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    path.write_text(json.dumps(data))
    for given in (path, tmp_path):
        with pytest.raises(NsysToolsError, match=r"config\.json: unsupported model_type .*") as caught:
            architecture.load(str(given))
        assert "nsys-tools model inspect" in caught.value.hint


@pytest.mark.parametrize("name", ["no/such/model.json", "model.json", "a/b/c", "-", ""])
def test_other_names_do_not(name: str) -> None:
    with pytest.raises(NsysToolsError) as caught:
        architecture.load(name)
    assert "inspect" not in caught.value.hint or name == "-"


def test_the_command_line_says_it(tmp_path: Path) -> None:
    text = refused("model", "flops", "Qwen/Qwen3-8B", cwd=tmp_path)
    assert "hint: If it is a transformers architecture, run `nsys-tools model inspect Qwen/Qwen3-8B" in text
