"""What a prompt needs in chunks: the papers' algorithms written out, checked against the recurrence, and counted."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from nsys_tools.model.database import Database
from nsys_tools.model.evaluation import at

torch = pytest.importorskip("torch", reason="needs the extra [torch]")
pytestmark = pytest.mark.torch

# A prompt within one chunk, of whole chunks, and with a shorter last chunk.
CHUNK = 8
LENGTHS = [5, 16, 19]
HEADS, GROUPS, WIDTH, STATE = 4, 2, 6, 10


def needed(formulas: Database, name: str, **parameters: int) -> int:
    """Return the matrix FLOPs of an entry with these parameters."""
    entry = formulas.entries[name]
    defaults = {key: int(form.value) for key, form in entry.defaults.items() if form.value is not None}
    found = at(entry.formula("matrix_flops"), {**defaults, **parameters, "expanded": 0, "masked": 0}, name)
    assert found == int(found)
    return int(found)


def counted(work: Callable[[], Any]) -> tuple[int, Any]:
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        result = work()
    return counter.get_total_flops(), result


def chunks(length: int) -> Iterator[slice]:
    return (slice(start, min(start + CHUNK, length)) for start in range(0, length, CHUNK))


def numbers(*shape: int) -> Any:
    return torch.randn(*shape, dtype=torch.float64)


@pytest.fixture(autouse=True)
def seed() -> Iterator[None]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield


@pytest.mark.parametrize("length", LENGTHS)
def test_state_space_duality(length: int, formulas: Database) -> None:
    """Listing 1 of arXiv 2405.21060, with C B^T once a group and states carried over element by element."""
    x, b, c = numbers(HEADS, length, WIDTH), numbers(GROUPS, length, STATE), numbers(GROUPS, length, STATE)
    decay = -torch.rand(HEADS, length, dtype=torch.float64)
    to_heads = HEADS // GROUPS

    def by_chunks() -> Any:
        state, outputs = torch.zeros(HEADS, WIDTH, STATE, dtype=torch.float64), []
        for part in chunks(length):
            log = decay[:, part].cumsum(1)
            between = (log[:, :, None] - log[:, None, :]).exp().tril()
            scores = torch.bmm(c[:, part], b[:, part].mT).repeat_interleave(to_heads, 0) * between
            read = torch.bmm(c[:, part].repeat_interleave(to_heads, 0) * log.exp()[..., None], state.mT)
            outputs.append(torch.bmm(scores, x[:, part]) + read)
            fading = (log[:, -1:] - log).exp()[..., None]
            added = torch.bmm((x[:, part] * fading).mT, b[:, part].repeat_interleave(to_heads, 0))
            state = state * log[:, -1].exp()[:, None, None] + added
        return torch.cat(outputs, 1)

    flops, found = counted(by_chunks)
    state, expected = torch.zeros(HEADS, WIDTH, STATE, dtype=torch.float64), []
    for i in range(length):
        written = x[:, i, :, None] * b[:, i].repeat_interleave(to_heads, 0)[:, None]
        state = state * decay[:, i].exp()[:, None, None] + written
        expected.append((state * c[:, i].repeat_interleave(to_heads, 0)[:, None]).sum(-1))
    torch.testing.assert_close(found, torch.stack(expected, 1))
    sizes = {"heads": HEADS, "head_dim": WIDTH, "state": STATE, "groups": GROUPS, "chunk": CHUNK}
    assert needed(formulas, "state_space_scan", sequences=1, queries=length, weights=0, **sizes) == flops


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize("channel_decay", [0, 1])
def test_gated_delta_rule(length: int, channel_decay: int, formulas: Database) -> None:
    """Section 3 of arXiv 2406.06484 with decay: the inverse of the triangular system times keys and values."""
    q, k, v = numbers(HEADS, length, WIDTH), numbers(HEADS, length, WIDTH), numbers(HEADS, length, STATE)
    k = torch.nn.functional.normalize(k, dim=-1)
    beta = torch.rand(HEADS, length, 1, dtype=torch.float64)
    decay = (-0.1 * torch.rand(HEADS, length, WIDTH if channel_decay else 1, dtype=torch.float64)).expand_as(k)

    def by_chunks() -> Any:
        state, outputs = torch.zeros(HEADS, WIDTH, STATE, dtype=torch.float64), []
        for part in chunks(length):
            log = decay[:, part].cumsum(1)
            here, there = k[:, part] * log.exp(), k[:, part] * (-log).exp()
            system = torch.bmm(beta[:, part] * here, there.mT).tril(-1)
            inverse = torch.linalg.inv(torch.eye(system.shape[1], dtype=torch.float64) + system)
            values = torch.bmm(inverse, beta[:, part] * v[:, part])
            corrected = values - torch.bmm(torch.bmm(inverse, beta[:, part] * here), state)
            asked = q[:, part] * log.exp()
            scores = torch.bmm(asked, there.mT).tril()
            outputs.append(torch.bmm(asked, state) + torch.bmm(scores, corrected))
            fading = k[:, part] * (log[:, -1:] - log).exp()
            state = state * log[:, -1, :, None].exp() + torch.bmm(fading.mT, corrected)
        return torch.cat(outputs, 1)

    flops, found = counted(by_chunks)
    state, expected = torch.zeros(HEADS, WIDTH, STATE, dtype=torch.float64), []
    for i in range(length):
        state = state * decay[:, i, :, None].exp()
        wrong = v[:, i] - (state * k[:, i, :, None]).sum(1)
        state = state + k[:, i, :, None] * (beta[:, i] * wrong)[:, None]
        expected.append((state * q[:, i, :, None]).sum(1))
    torch.testing.assert_close(found, torch.stack(expected, 1))
    sizes = {"heads": HEADS, "key_heads": HEADS, "key_dim": WIDTH, "value_dim": STATE, "chunk": CHUNK}
    parameters = {**sizes, "channel_decay": channel_decay}
    assert needed(formulas, "gated_delta_rule", sequences=1, queries=length, **parameters) == flops


@pytest.mark.parametrize("length", LENGTHS)
def test_lightning_attention(length: int, formulas: Database) -> None:
    """Algorithm 1 of arXiv 2401.04658, a fixed decay a head."""
    q, k, v = (numbers(HEADS, length, WIDTH) for _ in range(3))
    rate = torch.arange(1, HEADS + 1, dtype=torch.float64)[:, None] / 10

    def by_blocks() -> Any:
        state, outputs = torch.zeros(HEADS, WIDTH, WIDTH, dtype=torch.float64), []
        for part in chunks(length):
            size = part.stop - part.start
            place = torch.arange(1, size + 1, dtype=torch.float64)
            between = (-rate[..., None] * (place[:, None] - place)).exp().tril()
            scores = torch.bmm(q[:, part], k[:, part].mT) * between
            read = torch.bmm(q[:, part] * (-rate * place).exp()[..., None], state)
            outputs.append(torch.bmm(scores, v[:, part]) + read)
            added = torch.bmm((k[:, part] * (-rate * (size - place)).exp()[..., None]).mT, v[:, part])
            state = state * (-rate * size).exp()[..., None] + added
        return torch.cat(outputs, 1)

    flops, found = counted(by_blocks)
    state, expected = torch.zeros(HEADS, WIDTH, WIDTH, dtype=torch.float64), []
    for i in range(length):
        state = state * (-rate).exp()[..., None] + k[:, i, :, None] * v[:, i, None]
        expected.append((state * q[:, i, :, None]).sum(1))
    torch.testing.assert_close(found, torch.stack(expected, 1))
    sizes = {"heads": HEADS, "head_dim": WIDTH, "block": CHUNK}
    assert needed(formulas, "lightning_attention", sequences=1, queries=length, **sizes) == flops


@pytest.mark.parametrize("length", LENGTHS)
def test_causal_convolution_and_selective_scan(length: int, formulas: Database) -> None:
    """A convolution padded on one side only, and the product of each state with C."""
    channels, kernel = HEADS * WIDTH, 4
    x, weight = numbers(1, channels, length), numbers(channels, 1, kernel)
    padded = torch.nn.functional.pad(x, (kernel - 1, 0))
    flops, found = counted(lambda: torch.nn.functional.conv1d(padded, weight, groups=channels))
    assert found.shape == x.shape
    sizes = {"sequences": 1, "queries": length, "channels": channels}
    assert needed(formulas, "causal_convolution", kernel=kernel, **sizes) == flops
    states, c = numbers(length, channels, STATE), numbers(length, STATE, 1)
    flops, _ = counted(lambda: torch.bmm(states, c))
    assert needed(formulas, "selective_scan", state=STATE, weights=0, **sizes) == flops
