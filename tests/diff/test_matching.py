"""Kernel matching between two captures: planted edits, random captures compared with brute force, and base names."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest

from nsys_tools.comparison.changes import by_name, changes
from nsys_tools.comparison.matching import Match, base_name, match
from nsys_tools.comparison.snapshot import Launch, Row, Snapshot

Sequences = tuple[Sequence[Launch], Sequence[Launch]]
# Side, name and launch.
Of = tuple[int, str, str]
ANCHORS = [
    Launch("decode", name, f"{n}x1x1 of 128x1x1", kind)
    for n, (name, kind) in enumerate(
        [
            ("void flash::flash_fwd_kernel<Flash_fwd_kernel_traits<(int)64>>(Flash_fwd_params)", "attention"),
            (
                "ncclDevKernel_AllReduce_Sum_bf16_RING_LL(ncclDevKernelArgsStorage<(unsigned long)4096>)",
                "communication",
            ),
            ("void vllm::rms_norm_kernel<c10::BFloat16>(T1 *, const T1 *, float, int, int)", "norm"),
            ("void vllm::rotary_embedding_kernel<c10::BFloat16, true>(const long *, T1 *)", "elementwise"),
            ("nvjet_tst_192x192_64x4_2x1_v_bz_coopB_bias_TNN", "gemm"),
            ("void softmax_warp_forward<float, float, float, (int)6>(T2 *, const T1 *, int)", "reduction"),
            ("void vllm::reshape_and_cache_kernel<float>(const T1 *, T1 *)", "copy"),
        ]
    )
]


@dataclass
class Plant:
    """An edit: launches of the base, the launches that replace them, and the expected match."""

    base: list[Launch]
    new: list[Launch]
    matched_by: str


def planted(dice: random.Random) -> list[Plant]:
    """Return one edit of each kind, with random launches."""
    grid, wide = (f"{dice.randint(1, 900)}x{y}x1 of 128x1x1" for y in (1, 2))

    def one(name: str, kind: str, detail: str = grid) -> Launch:
        return Launch("decode", name, detail, kind)

    gemm = one("ampere_sgemm_128x64_tn", "gemm"), one("cublasLt_gemm_64x256_splitk", "gemm", wide)
    split = [one("cutlass_gemm_part", "gemm"), one("cutlass_gemm_sum", "gemm")]
    add = one("void at::native::vectorized_elementwise_kernel<(int)4, AddFunctor<float>>(int, T2)", "elementwise")
    gelu = one("void at::native::unrolled_elementwise_kernel<GeluFunctor<float>>(int, T2)", "elementwise")
    mul, silu = one("mul_kernel", "elementwise"), one("silu_kernel", "activation")
    parts = [one("void reduce_kernel<(int)512, (int)1>(T3)", "reduction", detail) for detail in (grid, wide)]
    reduced = [replace(part, name="void reduce_kernel<(int)128, (int)4>(T3)") for part in parts]
    dropped, added = one("void at::native::CatArrayBatchedCopy<float>(T1 *)", "copy"), one("index_put_kernel", "copy")
    return [
        Plant([gemm[0]], [gemm[1]], "class and position"),
        Plant([one("split_gemm", "gemm")], split, "class and position"),
        Plant([add, gelu], [one("triton_poi_fused_add_gelu_0", "elementwise")], "class and position"),
        Plant([mul, silu], [one("fused_mul_silu", "other")], "position"),
        Plant([dropped], [], ""),
        Plant([], [added], ""),
        Plant(parts, reduced, "base name"),
        Plant([one("topk_kernel", "routing")], [one("topk_kernel", "routing", wide)], "name, other launch"),
    ]


def programs(dice: random.Random) -> tuple[Sequences, list[Plant]]:
    """Return a typical step of both sides: a prologue and layers, with edits between unchanged launches."""
    plants, anchors = planted(dice), ANCHORS[:]
    dice.shuffle(plants)
    dice.shuffle(anchors)
    layers = dice.randint(1, 4)
    first = [Launch("decode", f"prologue_{n}", "1x1x1 of 32x1x1", "other") for n in range(2)]
    sides: tuple[list[Launch], list[Launch]] = list(first), list(first)
    for _ in range(layers):
        for plant, anchor in zip(plants, [*anchors, first[1]], strict=True):
            sides[0].extend([*plant.base, anchor])
            sides[1].extend([*plant.new, anchor])
    return sides, plants


def rows_of(sequence: Sequence[Launch], dice: random.Random) -> list[Row]:
    """Return one row per name and launch, which runs ten times per position in the step, with random durations."""
    made = []
    for one, places in Counter((one.name, one.detail, one.kind) for one in sequence).items():
        times = sorted(dice.randint(1_000, 900_000) for _ in range(50))
        total = 10 * places * dice.randint(times[0], times[-1]) + dice.randint(0, 9)
        made.append(Row(*one, 10 * places, total, times, times[20], times[30]))
    dice.shuffle(made)
    return made


def ids(one: Match) -> frozenset[Of]:
    rows = [(0, row) for row in one.base] + [(1, row) for row in one.new]
    return frozenset((side, row.name, row.detail) for side, row in rows)


def assert_each_row_once(found: Sequence[Match], base: Sequence[Row], new: Sequence[Row]) -> None:
    """Each row is in exactly one match, no row is invented, and only a match with both sides shows how it was found."""
    for side, rows in enumerate((base, new)):
        assert Counter(id(row) for one in found for row in (one.base, one.new)[side]) == Counter(map(id, rows))
    assert all(bool(one.matched_by) == bool(one.base and one.new) for one in found)
    assert all(one.base or one.new for one in found)


def assert_effects_add_up(base: list[Row], new: list[Row], sequences: Sequences) -> None:
    """The effects of all matches, by launch and by name, add up to the difference of the sums."""
    sides = [
        Snapshot("", "", [], [], [], list(sequence), "", {"kernel": rows})
        for rows, sequence in zip((base, new), sequences, strict=True)
    ]
    whole = sum(row.sum_ns for row in new) - sum(row.sum_ns for row in base)
    found = changes([sides[0]], [sides[1]], "kernel", 0.02)
    for grouped in (found, by_name(found)):
        assert sum(one.effect.count_ns + one.effect.duration_ns for one in grouped) == whole
        assert sum(one.new_ns - one.base_ns for one in grouped) == whole


@pytest.mark.parametrize("seed", range(60))
def test_planted_edits_are_found(seed: int) -> None:
    """A product with another kernel or split, and kernels that were fused, added, dropped or relaunched.

    Each is matched with its replacement in the right way, and all other kernels are matched by name.
    """
    dice = random.Random(seed)
    sequences, plants = programs(dice)
    base, new = (rows_of(sequence, dice) for sequence in sequences)
    found = match(base, new, sequences)
    assert_each_row_once(found, base, new)
    assert_effects_add_up(base, new, sequences)
    wanted = {}
    for plant in plants:
        rows = [(0, one.name, one.detail) for one in plant.base] + [(1, one.name, one.detail) for one in plant.new]
        wanted[frozenset(rows)] = plant.matched_by
    edited = {of for rows in wanted for of in rows}
    same = {(row.name, row.detail) for row in base if (0, row.name, row.detail) not in edited}
    wanted |= {frozenset([(0, *one), (1, *one)]): "name" for one in same}
    assert {ids(one): one.matched_by for one in found} == wanted


def by_hand(base: Sequence[Row], new: Sequence[Row], sequences: Sequences) -> dict[frozenset[Of], str]:
    """Return the matches of `match` as defined in its docstring, comparing all pairs."""
    kinds: dict[Of, str] = {(side, row.name, row.detail): row.kind for side in (0, 1) for row in (base, new)[side]}
    bases = {of: of[1].split("<")[0] for of in kinds}
    group: dict[Of, str] = {}
    by_key(group, kinds, "name", lambda of: of[1:])
    by_key(group, kinds, "name, other launch", lambda of: of[1])
    for n, (whole, how) in enumerate(joined(group, kinds, links_by_place(bases, group, sequences, "base name", ""))):
        if how:
            group |= dict.fromkeys(whole, f"base name: place {n}")
    by_key(group, kinds, "base name", lambda of: bases[of])
    links = links_by_place(kinds, group, sequences, "class and position", "position")
    found = dict(joined(group, kinds, links))
    for label in set(group.values()):
        found[frozenset(of for of, of_group in group.items() if of_group == label)] = label.partition(": ")[0]
    return found


def by_key(group: dict[Of, str], kinds: dict[Of, str], how: str, key: Callable[[Of], object]) -> None:
    """Group unmatched rows whose key occurs on both sides."""
    free = [of for of in kinds if of not in group]
    for of in free:
        if any(other[0] != of[0] and key(other) == key(of) for other in free):
            group[of] = f"{how}: {key(of)}"


def joined(
    group: dict[Of, str], kinds: dict[Of, str], links: list[tuple[set[Of], str]]
) -> list[tuple[frozenset[Of], str]]:
    """Return the groups that links form among unmatched rows, with the weakest link of each, without single rows."""
    merged = {of: frozenset([of]) for of in kinds if of not in group}
    for members, _ in links:
        whole = frozenset(one for of in members for one in merged[of])
        merged |= dict.fromkeys(whole, whole)
    return [(whole, max((how for of, how in links if of & whole), default="")) for whole in set(merged.values())]


def links_by_place(
    kinds: dict[Of, str], group: dict[Of, str], sequences: Sequences, how: str, how_without: str
) -> list[tuple[set[Of], str]]:
    """Return the rows between the same two matched kernels: those of one kind, then the rest."""
    around: dict[tuple[str, str], set[Of]] = {}
    for side, sequence in enumerate(sequences):
        places: list[Of] = [(side, one.name, one.detail) for one in sequence]
        for n, of in enumerate(places):
            if of not in group:
                before = next((group[one] for one in reversed(places[:n]) if one in group), "start")
                after = next((group[one] for one in places[n:] if one in group), "end")
                around.setdefault((before, after), set()).add(of)
    links = []
    for members in around.values():
        rest = set(members)
        for kind in {kinds[of] for of in members}:
            alike = {of for of in members if kinds[of] == kind}
            if len({of[0] for of in alike}) == 2:
                links.append((alike, how))
                rest -= alike
        if how_without and len({of[0] for of in rest}) == 2:
            links.append((rest, how_without))
    return links


@pytest.mark.parametrize("seed", range(300))
def test_random_captures_equal_brute_force(seed: int) -> None:
    """Few names, launches and classes in any order, so that edits touch and the same kernels surround others."""
    dice = random.Random(seed)
    names = ["a", "b", "c", "d<1>", "d<2>", "e<1>", "e<2>", "f<1>", "g", "h", "i", "j"]
    kinds = {name: dice.choice(["gemm", "elementwise", "copy"]) for name in names}
    sequences = tuple(
        [
            Launch("decode", name, dice.choice("xy"), kinds[name])
            for name in dice.choices(dice.sample(names, 7), k=dice.randint(0, 14))
        ]
        for _ in range(2)
    )
    base, new = (rows_of(sequence, dice) for sequence in sequences)
    found = match(base, new, (sequences[0], sequences[1]))
    assert_each_row_once(found, base, new)
    assert_effects_add_up(base, new, (sequences[0], sequences[1]))
    assert {ids(one): one.matched_by for one in found} == by_hand(base, new, (sequences[0], sequences[1]))


def test_rows_without_a_sequence_are_matched_by_name() -> None:
    """Stages, ranges and API calls have no position in a step: those without a partner by name are new or removed."""
    base, new = ([Row(name, "", "", 1, 5, [5] * 50) for name in names] for names in (("a", "b"), ("b", "c")))
    assert {ids(one): one.matched_by for one in match(base, new, ((), ()))} == {
        frozenset([(0, "b", ""), (1, "b", "")]): "name", frozenset([(0, "a", "")]): "", frozenset([(1, "c", "")]): "",
    }  # fmt: skip


UNNAMED = "at::native::(anonymous namespace)"
BASE_NAMES = {
    "ampere_sgemm_128x64_tn": "ampere_sgemm_128x64_tn",
    "nvjet_tst_96x64_64x10_1x2_h_bz_bias_TNN": "nvjet_tst_96x64_64x10_1x2_h_bz_bias_TNN",
    "triton_poi_fused_add_gelu_0": "triton_poi_fused_add_gelu_0",
    "saxpy(double *, double *, double *, double, int)": "saxpy",
    "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<(unsigned long)4096>)": "ncclDevKernel_SendRecv",
    "void cutlass::Kernel2<cutlass_80_tensorop_bf16_s16816gemm_relu_bf16_256x128_32x3_tn_align8>(T1::Params)":
        "cutlass::Kernel2",
    "void cutlass::device_kernel<cutlass::gemm::kernel::GemmUniversal<cute::tuple<int, int>, void>>(T1)":
        "cutlass::device_kernel",
    "void flash::flash_fwd_kernel<Flash_fwd_kernel_traits<(int)128, (bool)0, Flash_kernel_traits<(int)64>>, (bool)1>"
    "(flash::Flash_fwd_params)": "flash::flash_fwd_kernel",
    "void vllm::rms_norm_kernel<c10::BFloat16>(T1 *, const T1 *, float, int, int)": "vllm::rms_norm_kernel",
    "void at::native::vectorized_elementwise_kernel<(int)4, at::native::CUDAFunctor_add<float>, std::array<char *, "
    "(unsigned long)3>>(int, T2, T3)": "at::native::vectorized_elementwise_kernel",
    "void at::native::elementwise_kernel<(int)128, (int)2, void at::native::gpu_kernel_impl_nocast<at::native::"
    "direct_copy_kernel_cuda(at::TensorIteratorBase &)::[lambda() (instance 3)]::operator ()() const::[lambda() "
    "(instance 7)]>(at::TensorIteratorBase &, const T1 &)::[lambda(int) (instance 1)]>(int, T3)":
        "at::native::elementwise_kernel",
    "void at::native::vectorized_elementwise_kernel<4, at::native::neg(at::Iterator&)::{lambda()#1}::operator()() "
    "const::{lambda()#7}, std::array<char*, 2ul> >(int, T2)": "at::native::vectorized_elementwise_kernel",
    "void at::native::reduce_kernel<(int)512, (int)1, at::native::ReduceOp<float, at::native::MeanOps<float>, (int)4>>"
    "(T3)": "at::native::reduce_kernel",
    "void gemv2T_kernel_val<int, int, double, (int)128, (bool)0, cublasGemvParamsEx<int>>(T1)": "gemv2T_kernel_val",
    "void cub::CUB_200600_900_NS::DeviceReduceKernel<cub::CUB_200600_900_NS::DeviceReducePolicy<double>>(T2)":
        "cub::CUB_200600_900_NS::DeviceReduceKernel",
    "void (anonymous namespace)::elementwise_kernel_with_index<int>(T1)":
        "(anonymous namespace)::elementwise_kernel_with_index",
    f"void {UNNAMED}::softmax_warp_forward<float, float, 6>(T2*, T1 const*, int)": f"{UNNAMED}::softmax_warp_forward",
    "std::enable_if<!(false), void>::type internal::gemvx::kernel<int, int, float, (bool)0>(T13)":
        "internal::gemvx::kernel",
    "void at::native::<unnamed>::vectorized_layer_norm_kernel<float, float, (bool)0>(int, T2, const T1 *)":
        "at::native::<unnamed>::vectorized_layer_norm_kernel",
    "": "",
}  # fmt: skip


@pytest.mark.parametrize("name", BASE_NAMES)
def test_base_name(name: str) -> None:
    """Names as written by nsys, c++filt and Triton, without return type, template arguments, parameters and lambdas."""
    assert base_name(name) == BASE_NAMES[name]


def test_kernels_of_an_unnamed_namespace_are_not_one() -> None:
    """A removed kernel and a new one are two rows, although c++filt writes a parenthesis in both."""
    names = [f"void {UNNAMED}::{kernel}<float>(T1*)" for kernel in ("softmax_warp_forward", "vectorized_layer_norm")]
    base, new = ([Row(name, "", "", 1, 5, [5] * 50)] for name in names)
    assert [one.matched_by for one in match(base, new, ((), ()))] == ["", ""]


def test_a_retemplated_kernel_and_a_dropped_one_of_its_base_name_are_two() -> None:
    """vectorized_elementwise_kernel is many kernels: their positions show which one became which."""
    base = [Launch("decode", name, "", kind) for name, kind in (
        ("a", "gemm"), ("vec<4, Add>", "elementwise"), ("b", "gemm"), ("vec<4, Exp>", "elementwise"), ("c", "gemm"),
    )]  # fmt: skip
    new = [Launch("decode", name, "", kind) for name, kind in (
        ("a", "gemm"), ("vec<8, Add>", "elementwise"), ("b", "gemm"), ("c", "gemm"),
    )]  # fmt: skip
    dice = random.Random(0)
    found = match(rows_of(base, dice), rows_of(new, dice), (base, new))
    names = {tuple(row.name for row in (*one.base, *one.new)) for one in found}
    assert {("vec<4, Add>", "vec<8, Add>"), ("vec<4, Exp>",)} <= names
