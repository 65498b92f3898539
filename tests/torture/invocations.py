"""Wrong invocations: invalid options and files, and SQL that does more than read the trace.

Each must end within seconds with exit code 1 or 2 and a message that names the error, and leave no file.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path

from tests.conftest import REPOSITORY
from tests.torture.frame import Case, Fault, Section, Verdict, changed, command, digests, faults_of

SAMPLES = REPOSITORY / "capture" / "samples"
MOST_SECONDS = 20.0
"""An answer takes about one on an idle machine; the torture keeps it busy."""
DIGITS = "9" * 100_000
SECRET = "a-secret-of-this-machine"


@dataclass(frozen=True)
class Wrong:
    """Arguments as text, split at spaces unless they are a tuple; the exit code, and a word of the message."""

    arguments: str | tuple[str, ...]
    code: int
    word: str


OPTIONS = [
    Wrong("analyze t.sqlite --gpu nosuch", 2, "gpu"), Wrong("analyze t.sqlite --dtype foo", 2, "dtype"),
    Wrong("analyze t.sqlite --attention both", 2, "attention"), Wrong("analyze t.sqlite --set x=1", 2, "set"),
    Wrong("analyze t.sqlite --workload nosuch", 2, "workload"), Wrong("sql t.sqlite FROM --gpu nosuch", 2, "gpu"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--dtype", "foo"), 2, "dtype"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--attention", "both"), 2, "attention"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--set", "x=1"), 2, "set"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--workload", "w"), 2, "workload"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu nosuch", 2, "nosuch"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --dtype foo", 2, "foo"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --attention both", 2, "both"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --set nosuch=1", 1, "nosuch"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --set batch_size", 2, "batch_size"),
    Wrong(f"analyze t.sqlite --model llama-2-7b --gpu h100-sxm --set batch_size={DIGITS}", 2, "digits"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --workload nosuch", 2, "nosuch"),
    Wrong("analyze t.sqlite --model nosuch", 2, "nosuch"), Wrong("analyze t.sqlite --model no.json", 1, "no.json"),
    Wrong("analyze t.sqlite --model llama-2-7b --gpu h100-sxm --stages other.toml", 1, "stage"),
    Wrong("analyze t.sqlite --format pdf", 2, "pdf"), Wrong("analyze t.sqlite --top 0", 2, "--top"),
    Wrong("analyze t.sqlite --top many", 2, "--top"), Wrong(f"analyze t.sqlite --top {DIGITS}", 2, "--top"),
    Wrong("analyze", 2, "TRACE"), Wrong("analyze nosuch.sqlite", 1, "does not exist"),
    Wrong("analyze t.sqlite --nosuch", 2, "--nosuch"), Wrong("analyze t.sqlite --stages nosuch.toml", 1, "nosuch.toml"),
    Wrong("analyze t.sqlite --stages deep.toml", 1, "deep"),
    Wrong("analyze t.sqlite --stages long.toml", 1, "long.toml"),
    Wrong("analyze t.sqlite --stages other.json", 1, "other.json"), Wrong("analyze t.sqlite --ncu nosuch", 1, "nosuch"),
    Wrong("analyze t.sqlite --callgraph nosuch", 1, "nosuch"),
    Wrong("analyze t.sqlite --callgraph deep.json", 1, "deep"),
    Wrong("analyze t.sqlite --callgraph long.json", 1, "long.json"),
    Wrong("analyze t.sqlite --out t.sqlite", 1, "t.sqlite"), Wrong("analyze t.sqlite t.sqlite", 1, "specified twice"),
    Wrong("analyze --ranks t.sqlite --rank-regex (", 2, "--rank-regex"),
    Wrong("sql nothing*.sqlite x", 1, "No trace was found"), Wrong("recipe nothing t.sqlite -o r", 2, "nothing"),
    Wrong("analyze --ranks t.sqlite --model gpt2", 2, "several traces"),
    Wrong("analyze --ranks t.sqlite --scheduler tcp://127.0.0.1:1", 1, "cannot be reached"),
    Wrong("analyze --ranks t.sqlite --workers -1", 2, "--workers"),
    Wrong("analyze text.txt", 1, "not an SQLite file"), Wrong("analyze empty.sqlite", 1, "empty"),
    Wrong("stats t.sqlite -r nosuch", 2, "nosuch"), Wrong("stats t.sqlite -r cuda_gpu_kern_sum:no", 2, "argument"),
    Wrong("stats t.sqlite -f pdf", 2, "pdf"), Wrong("stats t.sqlite -f csv:nosuch", 2, "nosuch"),
    Wrong("stats t.sqlite --timeunit parsec", 2, "parsec"), Wrong("stats t.sqlite --filter-time x", 2, "x"),
    Wrong("stats t.sqlite --filter-time 2s/1s", 2, "after"), Wrong("stats t.sqlite --filter-time 1q/", 2, "1q"),
    Wrong(f"stats t.sqlite --filter-time {DIGITS}/", 2, "digits"),
    Wrong("stats t.sqlite --filter-time 1e999/", 2, "large"), Wrong("stats t.sqlite -o @cat", 2, "@cat"),
    Wrong("stats t.sqlite --filter-nvtx nosuch", 1, "nosuch"), Wrong("stats", 2, "TRACE"),
    Wrong(f"stats t.sqlite --filter-nvtx a/{DIGITS}", 1, "NVTX"), Wrong("stats t.sqlite -f json --csv-safe", 2, "csv"),
    Wrong("rules nosuch t.sqlite", 2, "nosuch"), Wrong("rules gpu_gaps", 2, "TRACE"), Wrong("rules", 2, "TRACE"),
    Wrong("rules gpu_gaps:gap=x t.sqlite", 2, "gap=x"), Wrong(f"rules gpu_gaps:gap={DIGITS} t.sqlite", 2, "argument"),
    Wrong("rules gpu_gaps:nvtx=nosuch t.sqlite", 1, "nosuch"), Wrong("rules t.sqlite --filter-time 2s/1s", 2, "after"),
    Wrong("stats nosuch", 1, "nosuch"), Wrong("stats t.sqlite -o no/such/base", 1, "no/such"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--format", "pdf"), 2, "pdf"), Wrong("sql", 2, "TRACE"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--format", "parquet"), 2, "--out"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--csv-safe"), 2, "csv"), Wrong("sql t.sqlite --file nosuch", 1, "nosuch"),
    Wrong("sql t.sqlite --file latin.sql", 1, "latin.sql"), Wrong("sql t.sqlite SELEC", 1, "SQL"),
    Wrong(("sql", "t.sqlite", "SELECT nosuch FROM kernel"), 1, "nosuch"),
    Wrong(("sql", "t.sqlite", "FROM kernl"), 1, "kernel"), Wrong(("sql", "t.sqlite", "SELECT 'a'::INT"), 1, "SQL"),
    Wrong(("sql", "t.sqlite", "SELECT error('stop')"), 1, "stop"), Wrong(("sql", "t.sqlite", ""), 1, "statement"),
    Wrong(("sql", "t.sqlite", "FROM roofline_stage"), 1, "--model"),
    Wrong(("sql", "t.sqlite", "FROM ncu_kernel"), 1, "ncu"),
    Wrong(("sql", "t.sqlite", "SELECT " + "+".join(["1"] * 20_000)), 1, "depth"),
    Wrong(("sql", "t.sqlite", "SELECT 9223372036854775807 + 1::BIGINT"), 1, "SQL"),
    Wrong(("sql", "t.sqlite", "SELECT 1", "--out", "no/such/file"), 1, "no/such"),
    Wrong("queries nosuch", 1, "nosuch"), Wrong("queries kernl", 1, "kernel"), Wrong("queries --format pdf", 2, "pdf"),
    Wrong("ncu nosuch.csv", 1, "nosuch.csv"), Wrong("ncu text.txt", 1, "text.txt"),
    Wrong("ncu ncu.csv --show nosuch", 2, "nosuch"), Wrong("ncu ncu.csv --show match", 1, "trace"),
    Wrong("ncu ncu.csv --format pdf", 2, "pdf"), Wrong("model show nosuch", 2, "nosuch"),
    Wrong("model show deep.json", 1, "deep"), Wrong("model show long.json", 1, "long.json"),
    Wrong("model show negative.json", 1, "negative"), Wrong("model flops negative.json", 1, "negative"),
    Wrong("model show bomb.json", 1, "bomb"), Wrong("model flops llama-2-7b --workload bomb.yaml", 1, "alias"),
    Wrong("model flops llama-2-7b --workload merge.yaml", 1, "alias"),
    Wrong("model flops llama-2-7b --workload deep.yaml", 1, "deep"),
    Wrong("model flops llama-2-7b --workload long.yaml", 1, "long.yaml"),
    Wrong("model flops llama-2-7b --workload negative.yaml", 1, "negative"),
    Wrong("model flops llama-2-7b --gpu bomb.yaml", 1, "alias"), Wrong("model flops llama-2-7b --by color", 2, "color"),
    Wrong("model flops llama-2-7b --phase nosuch", 2, "nosuch"),
    Wrong("model flops llama-2-7b --set seq_len=x", 2, "seq_len"),
    Wrong(f"model flops llama-2-7b --set seq_len={DIGITS}", 2, "digits"),
    Wrong("model flops llama-2-7b --set seq_len=999999999999999 --set batch_size=-1", 2, "batch_size"),
    Wrong("model flops llama-2-7b --format pdf", 2, "pdf"), Wrong("model sweep llama-2-7b", 2, "--over"),
    Wrong("model sweep llama-2-7b --over seq_len", 2, "axis"),
    Wrong("model sweep llama-2-7b --over seq_len=a", 2, "axis"),
    Wrong("model sweep llama-2-7b --over seq_len=1..999999999999", 2, "points"),
    Wrong(f"model sweep llama-2-7b --over seq_len={DIGITS}", 2, "digits"),
    Wrong("model sweep llama-2-7b --over seq_len=1,2 --amount nosuch --chart c.svg", 2, "nosuch"),
    Wrong("model sweep llama-2-7b --over seq_len=1,2 --chart c.pdf", 2, "c.pdf"),
    Wrong("model predict llama-2-7b --gpu nosuch --out p.sqlite", 2, "nosuch"), Wrong("model nosuch", 2, "nosuch"),
    Wrong("callgraph group nosuch.json --out g", 1, "nosuch"), Wrong("callgraph group deep.json --out g", 1, "deep"),
    Wrong("capture nosuch", 1, "nosuch"), Wrong("--assets nosuch queries", 1, "nosuch"), Wrong("nosuch", 2, "nosuch"),
]  # fmt: skip
STATEMENTS = [
    "COPY (SELECT 1) TO 'new'", "EXPLAIN ANALYZE COPY (SELECT 1) TO 'new'", "EXPORT DATABASE 'new'", "ATTACH 'new.db'",
    "EXPLAIN ANALYZE CREATE TABLE new AS SELECT 1", "explain/**/analyze/**/copy (select 1) to 'new'", "INSTALL httpfs",
    "LOAD httpfs", "SET threads = 1", "PRAGMA profiling_output = 'new'", "CALL sqlite_attach('secret.csv')",
    "SELECT 1; COPY (SELECT 1) TO 'new'", "FROM 'secret.csv'", "FROM read_text('secret.csv')",
    "FROM read_csv('secret.csv')",
    "SELECT (SELECT content FROM read_text('secret.csv'))", "WITH a AS (FROM read_blob('secret.csv')) FROM a",
    "DESCRIBE FROM read_csv('secret.csv')", "SUMMARIZE 'secret.csv'", "FROM query('FROM read_text(''secret.csv'')')",
    "FROM glob('secret*')", "FROM sniff_csv('secret.csv')", "SELECT getenv('TORTURE_SECRET')",
    "FROM sqlite_scan('t.sqlite', 'StringIds')", "FROM read_duckdb('secret.csv')", "FROM duckdb_secrets()",
    "EXPLAIN ANALYZE FROM 'secret.csv'", "FROM 'analytic/../secret.csv'",
    "SELECT 1 WHERE EXISTS (FROM read_json('secret.csv'))",
    "PRAGMA import_database('new')", "FROM json_execute_serialized_sql('{}')", "FROM 'https://example.org/a.csv'",
]  # fmt: skip


def _files(folder: Path) -> None:
    """Write the files that the invocations name."""
    shutil.copyfile(SAMPLES / "sample.sqlite", folder / "t.sqlite")
    shutil.copyfile(SAMPLES / "ncu.csv", folder / "ncu.csv")
    shutil.copyfile(REPOSITORY / "analytic" / "gpus" / "h100-sxm.yaml", folder / "gpu.yaml")
    model = (REPOSITORY / "analytic" / "models" / "llama-2-7b.json").read_text(encoding="utf-8")
    names = ["a", *(f"a{n}" for n in range(30))]
    bomb = "".join(f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names))
    merge = "".join(f"{new}: &{new}\n  <<: [{', '.join([f'*{old}'] * 9)}]\n" for old, new in pairwise(names))
    texts = {
        "other.toml": '[[stage]]\nname = "nosuch"\nmatch = ["*"]\n', "other.json": "{}", "text.txt": "text\n",
        "empty.sqlite": "", "deep.toml": "a = " + "[" * 50_000, "long.toml": f"a = {DIGITS}\n",
        "deep.json": "[" * 100_000, "long.json": f'{{"call_counts": {DIGITS}}}', "deep.yaml": "[" * 100_000,
        "long.yaml": f"id: w\nseq_len: {DIGITS}\n", "negative.yaml": "id: negative\nseq_len: -1\n",
        "bomb.yaml": f"a: &a [1]\n{bomb}", "merge.yaml": f"a: &a {{k: 1}}\n{merge}",
        "bomb.json": "[" + "[[]]," * 99_999 + "0]",
        "negative.json": model.replace('"out_features": 4096', '"out_features": -1'),
        "secret.csv": f"a,b\n1,{SECRET}\n",
    }  # fmt: skip
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "latin.sql").write_bytes(b"SELECT '\xe9'")


def _run(wrong: Wrong, shared: Path, folder: Path) -> Verdict:
    shutil.copytree(shared, folder, dirs_exist_ok=True)
    before = digests(folder)
    arguments = wrong.arguments.split(" ") if isinstance(wrong.arguments, str) else wrong.arguments
    cache = folder.parent / f"{folder.name}-cache"
    done = command(*arguments, cwd=folder, cache=cache, environment={"TORTURE_SECRET": SECRET})
    shutil.rmtree(cache, ignore_errors=True)
    told = f"{' '.join(arguments)[:200]}: {done.returncode}: {(done.stdout + done.stderr)[-300:]}"
    faults = [*faults_of(done, (wrong.code,)), *changed(before)]
    if wrong.word.lower() not in done.stderr.lower():
        faults.append((Fault.SILENT_LOSS, f"the message lacks {wrong.word!r}: {told}"))
    if SECRET in done.stdout + done.stderr:
        faults.append((Fault.RAW_NAME, f"a file was read: {told}"))
    if left := sorted(str(path.relative_to(folder)) for path in digests(folder) if path not in before):
        faults.append((Fault.LEFT_BEHIND, f"{', '.join(left[:3])}: {told}"))
    if done.returncode is not None and done.seconds > MOST_SECONDS:
        faults.append((Fault.HANG, f"{done.seconds:.0f} s: {told}"))
    return Verdict(f"exit code {done.returncode}", tuple(faults))


def cases(_: int, folder: Path) -> Sequence[Case]:
    """Return all invocations; the files that they name are written into ``folder``."""
    _files(folder)
    sql = [Wrong(("sql", "t.sqlite", statement), 1, "nsys-tools:") for statement in STATEMENTS]
    return [
        Case(" ".join(one.arguments if isinstance(one.arguments, tuple) else [one.arguments])[:80],
             partial(_run, one, folder))
        for one in OPTIONS + sql
    ]  # fmt: skip


SECTION = Section("invocations", "Wrong invocations, and SQL that does more than read", cases)
